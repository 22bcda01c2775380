-- What may have moved prices: announced price moves, rules for chips, and launches of chips. An
-- event without a chip of its own touches all chips of its region.
with price_events as (
    select * from {{ ref('stg_price_events__price_events') }}
),

policies as (
    select * from {{ ref('int_policy__policies') }}
),

chip_answers as (
    select * from {{ ref('int_policy__chip_answers') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
),

countries as (
    select * from {{ ref('stg_countries__countries') }}
),

price_moves as (
    select
        price_events.event_id,
        'price_move' as event_kind,
        price_events.on_date as event_date,
        chip_ids.chip_id,
        -- worldwide markets and indices carry the United States as their country
        countries.region_id,
        coalesce(organisation_ids.organisation_id, price_events.company) as organisation_id,
        cast(null as varchar) as policy_id,
        price_events.direction,
        price_events.change_pct as announced_change_pct,
        price_events.segment,
        price_events.date_precision,
        price_events.source_id,
        price_events.known_on,
        price_events.confidence,
    from price_events
    left join chip_ids on price_events.chip_label = chip_ids.label
    left join organisation_ids on price_events.company = organisation_ids.label
    left join countries on price_events.country_code = countries.country_code
),

-- the chips that a rule ever decides; embargoes decide all of them for small markets
ruled_chips as (
    select distinct
        policy_id,
        chip_id,
    from chip_answers
),

rules as (
    select
        policies.policy_id as event_id,
        'rule' as event_kind,
        policies.public_on as event_date,
        ruled_chips.chip_id,
        cast(null as varchar) as region_id,
        policies.issuer as organisation_id,
        policies.policy_id,
        cast(null as varchar) as direction,
        cast(null as double) as announced_change_pct,
        cast(null as varchar) as segment,
        'day' as date_precision,
        policies.source_ids as source_id,
        policies.known_on,
        policies.confidence,
    from policies
    inner join ruled_chips on policies.policy_id = ruled_chips.policy_id
    where {{ list_holds('policies.affects', 'chips') }}
),

-- a launch touches the chips of the maker's datacenter range that are older
launches as (
    select
        'launch-' || launched.chip_id as event_id,
        'launch' as event_kind,
        launched.released_on as event_date,
        older.chip_id,
        cast(null as varchar) as region_id,
        launched.vendor as organisation_id,
        cast(null as varchar) as policy_id,
        cast(null as varchar) as direction,
        cast(null as double) as announced_change_pct,
        cast(null as varchar) as segment,
        'day' as date_precision,
        launched.source_ids as source_id,
        launched.known_on,
        launched.confidence,
    from chips as launched
    inner join chips as older
        on
            launched.vendor = older.vendor
            and launched.released_on >= older.released_on
    where
        launched.is_datacenter
        and older.is_datacenter
        and launched.market_variant_of is null
)

select * from price_moves
union all
select * from rules
union all
select * from launches
