-- Every offer with what speaks against it. Nothing is deleted: an offer with an exclusion reason
-- stays here and in fct_rental_offer, and out of medians and indices.
with offers as (
    select * from {{ ref('int_prices__rental_offers') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

rental_price_units as (
    select * from {{ ref('stg_vocabulary__rental_price_units') }}
),

fx_months as (
    select * from {{ ref('stg_exchange_rates__fx_months') }}
),

limits as (
    select
        price_level_limit as level_limit,
        price_stale_days as stale_days,
        min_providers,
    from {{ constant_points('price_level_limit', 'price_stale_days', 'min_providers') }}
),

keyed as (
    select
        *,
        concat_ws(
            '|',
            chip_id,
            provider,
            coalesce(country_code, ''),
            coalesce(place, ''),
            coalesce(instance_type, ''),
            coalesce(gpus::varchar, ''),
            commitment
        ) as offer_key,
        -- what is compared with each other: spot and the rest apart, lists of hyperscalers apart,
        -- China apart from all others
        concat_ws(
            '|',
            chip_id,
            commitment = 'spot',
            provider_type = 'hyperscaler',
            region_id = 'CN'
        ) as peer_group,
    from offers
),

-- one price per provider, so that one with many places does not set the middle
provider_prices as (
    select
        peer_group,
        date_trunc('quarter', observed_on) as quarter_start,
        provider,
        median(usd_per_gpu_hour) as usd_per_gpu_hour,
    from keyed
    where
        chip_id is not null
        and usd_per_gpu_hour > 0
        and not is_accelerator_only
        and not is_part_of_accelerator
    group by all
),

peer_prices as (
    select
        peer_group,
        quarter_start,
        median(usd_per_gpu_hour) as usd_per_gpu_hour,
    from provider_prices
    group by all
    having count(*) >= (select min_providers from limits)
),

-- since when a publisher has shown this price for this offer, and what it showed before
runs as (
    select
        offer_id,
        offer_key,
        source_publisher,
        provider,
        chip_id,
        commitment,
        gpus,
        country_code,
        observed_on,
        usd_per_gpu_hour,
        min(observed_on) over (
            partition by offer_key, source_publisher, usd_per_gpu_hour
        ) as shown_since,
        lag(usd_per_gpu_hour) over (
            partition by offer_key, source_publisher
            order by observed_on, offer_id
        ) as price_before,
    from keyed
    where chip_id is not null
),

-- moves of more than a cent
moves as (
    select distinct
        source_publisher,
        provider,
        chip_id,
        commitment,
        gpus,
        country_code,
        observed_on,
    from runs
    where round(usd_per_gpu_hour, 2) <> round(price_before, 2)
),

-- A price that a list goes on showing while another list saw the same plan of the same provider
-- move; list prices that nobody contradicts may stand still for years.
contradicted as (
    select distinct runs.offer_id
    from runs
    cross join limits
    inner join moves
        on
            runs.provider = moves.provider
            and runs.chip_id = moves.chip_id
            and runs.commitment = moves.commitment
            and coalesce(runs.gpus = moves.gpus, true)
            and coalesce(runs.country_code = moves.country_code, true)
            and runs.source_publisher <> moves.source_publisher
            and runs.shown_since < moves.observed_on
            and runs.observed_on >= moves.observed_on
    where runs.observed_on - runs.shown_since > limits.stale_days
),

-- A list that names no plan gives one chip the price that a list with plans gives, within the same
-- weeks, to another form of the family: the chip was mistaken, for as long as the price is
-- repeated.
mistaken as (
    select distinct
        unnamed.offer_key,
        unnamed.source_publisher,
        unnamed.usd_per_gpu_hour,
    from keyed as unnamed
    inner join chips as own on unnamed.chip_id = own.chip_id
    cross join limits
    inner join keyed as named
        on
            unnamed.provider = named.provider
            and unnamed.commitment = named.commitment
            and unnamed.gpus = named.gpus
            and unnamed.chip_id <> named.chip_id
            and unnamed.source_publisher <> named.source_publisher
            and round(unnamed.usd_per_gpu_hour, 2) = round(named.usd_per_gpu_hour, 2)
            and abs(unnamed.observed_on - named.observed_on) <= limits.stale_days
    inner join chips as other
        on
            named.chip_id = other.chip_id
            and own.family = other.family
    where
        unnamed.instance_type is null
        and named.instance_type is not null
),

-- spot at exactly the list price: the catalogue had no spot price and repeated the other
list_prices as (
    select distinct spot.offer_id
    from keyed as spot
    inner join keyed as listed
        on
            spot.provider = listed.provider
            and spot.chip_id = listed.chip_id
            and spot.country_code is not distinct from listed.country_code
            and spot.place is not distinct from listed.place
            and spot.instance_type is not distinct from listed.instance_type
            and spot.gpus is not distinct from listed.gpus
            and spot.observed_on between listed.observed_on and listed.last_observed_on
            and spot.source_publisher = listed.source_publisher
            and spot.price_per_hour = listed.price_per_hour
    where
        spot.commitment = 'spot'
        and listed.commitment = 'on_demand'
),

-- two prices of one offer on one day from one list: which one is meant cannot be told
ambiguous as (
    select
        offer_key,
        source_publisher,
        observed_on,
        max(usd_per_gpu_hour) / min(usd_per_gpu_hour) as spread,
    from keyed
    where usd_per_gpu_hour > 0
    group by all
),

-- what a price that is far off its peers may have been mistaken for
hours as (
    select max(hours)::double as hours_per_month
    from rental_price_units
    where accelerators > 1
),

yuan as (
    select median(rate) as yuan_per_usd
    from fx_months
    where
        base = 'USD'
        and quote = 'CNY'
),

compared as (
    select
        keyed.*,
        nullif(keyed.usd_per_gpu_hour, 0) / peer_prices.usd_per_gpu_hour as ratio_to_peers,
        contradicted.offer_id is not null as is_stale,
        mistaken.offer_key is not null as is_mistaken,
        list_prices.offer_id is not null as is_list_price,
        ambiguous.spread,
        limits.level_limit,
        hours.hours_per_month,
        yuan.yuan_per_usd,
    from keyed
    cross join limits
    cross join hours
    cross join yuan
    left join peer_prices
        on
            keyed.peer_group = peer_prices.peer_group
            and date_trunc('quarter', keyed.observed_on) = peer_prices.quarter_start
    left join contradicted on keyed.offer_id = contradicted.offer_id
    left join mistaken
        on
            keyed.offer_key = mistaken.offer_key
            and keyed.source_publisher = mistaken.source_publisher
            and keyed.usd_per_gpu_hour = mistaken.usd_per_gpu_hour
    left join list_prices on keyed.offer_id = list_prices.offer_id
    left join ambiguous
        on
            keyed.offer_key = ambiguous.offer_key
            and keyed.source_publisher = ambiguous.source_publisher
            and keyed.observed_on = ambiguous.observed_on
),

-- A mistake explains a price that comes back to within half the limit (on the log scale) of its
-- peers once it is undone; of several the one that comes nearest.
explained as (
    select
        *,
        list_min([
            {
                -- a single accelerator is its own machine
                'distance': case when gpus > 1 then abs(ln(ratio_to_peers / gpus)) end,
                'reason': 'price_of_the_whole_machine'
            },
            {
                'distance': abs(ln(ratio_to_peers / yuan_per_usd)),
                'reason': 'yuan_taken_for_dollars'
            },
            {
                'distance': abs(ln(ratio_to_peers / hours_per_month)),
                'reason': 'price_of_a_month'
            }
        ]) as nearest_mistake,
    from compared
)

select
    * exclude (
        is_stale, is_mistaken, is_list_price, spread, peer_group, level_limit, hours_per_month, yuan_per_usd,
        nearest_mistake
    ),
    case
        when chip_id is null then 'no_single_chip'
        when usd_per_gpu_hour is null then 'no_exchange_rate'
        when usd_per_gpu_hour <= 0 then 'no_price'
        when is_accelerator_only then 'accelerator_without_machine'
        when is_part_of_accelerator then 'part_of_an_accelerator'
        when is_part_of_series then 'part_of_national_series'
        when confidence = 'modelled' then 'assumption_of_an_analyst'
        when is_list_price then 'spot_repeats_list_price'
        when spread > level_limit then 'two_prices_for_one_offer'
        when ratio_to_peers > level_limit
            then case
                when nearest_mistake.distance < ln(level_limit) / 2
                    then nearest_mistake.reason
                else 'far_above_peers'
            end
        when ratio_to_peers < 1 / level_limit then 'far_below_peers'
        when is_mistaken then 'price_of_another_chip'
        when is_stale then 'stale_list'
    end as exclusion_reason,
from explained
