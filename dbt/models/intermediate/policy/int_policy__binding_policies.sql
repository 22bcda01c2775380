-- Policies whose clauses and namings decide what holds for a chip that is exported to a local buyer of
-- a region, with the number of data-centre chips that each decides, by rule set and interval. In a
-- region that is called by one of its countries that country decides, elsewhere chips count once for
-- each country.
with intervals as (
    select * from {{ ref('int_policy__rule_intervals') }}
),

status_timelines as (
    select * from {{ ref('int_policy__status_timelines') }}
),

item_timelines as (
    select * from {{ ref('int_policy__item_timelines') }}
),

chip_classes as (
    select * from {{ ref('int_policy__chip_classes') }}
),

chip_answers as (
    select * from {{ ref('int_policy__chip_answers') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

licence_timelines as (
    select * from {{ ref('int_policy__licence_timelines') }}
),

destination_classes as (
    select * from {{ ref('int_policy__destination_classes') }}
),

countries as (
    select * from {{ ref('stg_countries__countries') }}
),

decided as (
    select
        status_timelines.rule_set_id,
        status_timelines.licence_timeline_id,
        status_timelines.valid_from,
        status_timelines.valid_to,
        chip_answers.policy_id,
        count(*) as chips,
    from status_timelines
    inner join item_timelines
        on
            status_timelines.rule_set_id = item_timelines.rule_set_id
            and status_timelines.item_timeline_id = item_timelines.item_timeline_id
    inner join chip_classes on item_timelines.chip_class_id = chip_classes.chip_class_id
    inner join chip_answers
        on
            chip_classes.chip_id = chip_answers.chip_id
            and status_timelines.answer_id = chip_answers.answer_id
    inner join chips on chip_answers.chip_id = chips.chip_id
    where
        item_timelines.transaction = 'export'
        and chips.is_datacenter
        and chip_answers.policy_id is not null
        and chip_answers.outcome <> 'not_controlled'
    group by
        status_timelines.rule_set_id,
        status_timelines.licence_timeline_id,
        status_timelines.valid_from,
        status_timelines.valid_to,
        chip_answers.policy_id
),

places as (
    select
        licence_timelines.rule_set_id,
        licence_timelines.licence_timeline_id,
        destination_classes.country_code,
        countries.region_id,
    from licence_timelines
    inner join destination_classes
        on licence_timelines.destination_class_id = destination_classes.destination_class_id
    inner join countries on destination_classes.country_code = countries.country_code
    where licence_timelines.buyer_headquarters = 'local'
),

-- a region without a main country keeps all of its countries
reached as (
    select
        rule_set_id,
        licence_timeline_id,
        region_id,
        count(*) as countries,
    from places
    where
        country_code = region_id
        or region_id not in (select country_code from places)
    group by rule_set_id, licence_timeline_id, region_id

    union all

    select
        rule_set_id,
        licence_timeline_id,
        'WORLD' as region_id,
        count(*) as countries,
    from places
    group by rule_set_id, licence_timeline_id
)

select
    decided.rule_set_id,
    intervals.valid_from,
    reached.region_id,
    decided.policy_id,
    sum(decided.chips * reached.countries)::bigint as decided_chips,
from decided
inner join reached
    on
        decided.rule_set_id = reached.rule_set_id
        and decided.licence_timeline_id = reached.licence_timeline_id
inner join intervals
    on
        decided.rule_set_id = intervals.rule_set_id
        and decided.valid_from <= intervals.valid_from
        and coalesce(decided.valid_to > intervals.valid_from, true)
group by decided.rule_set_id, intervals.valid_from, reached.region_id, decided.policy_id
