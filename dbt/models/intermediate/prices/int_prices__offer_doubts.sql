-- What other lists, other rows of the same list, and the list itself say against an offer: one row
-- per offer of which anything is said.
with offers as (
    select * from {{ ref('int_prices__rental_offers') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

limits as (
    select price_stale_days as stale_days
    from {{ constant_points('price_stale_days') }}
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
        chip_count,
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
    from offers
    where chip_id is not null
),

-- moves of more than a cent
moves as (
    select distinct
        source_publisher,
        provider,
        chip_id,
        commitment,
        chip_count,
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
            and coalesce(runs.chip_count = moves.chip_count, true)
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
    from offers as unnamed
    inner join chips as own on unnamed.chip_id = own.chip_id
    cross join limits
    inner join offers as named
        on
            unnamed.provider = named.provider
            and unnamed.commitment = named.commitment
            and unnamed.chip_count = named.chip_count
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
    from offers as spot
    inner join offers as listed
        on
            spot.provider = listed.provider
            and spot.chip_id = listed.chip_id
            and spot.country_code is not distinct from listed.country_code
            and spot.place is not distinct from listed.place
            and spot.instance_type is not distinct from listed.instance_type
            and spot.chip_count is not distinct from listed.chip_count
            and spot.observed_on between listed.observed_on and listed.last_observed_on
            and spot.source_publisher = listed.source_publisher
            and spot.price_per_gpu_hour = listed.price_per_gpu_hour
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
    from offers
    where usd_per_gpu_hour > 0
    group by all
)

select
    offers.offer_id,
    contradicted.offer_id is not null as is_stale,
    mistaken.offer_key is not null as is_mistaken,
    list_prices.offer_id is not null as is_list_price,
    ambiguous.spread,
from offers
left join contradicted on offers.offer_id = contradicted.offer_id
left join mistaken
    on
        offers.offer_key = mistaken.offer_key
        and offers.source_publisher = mistaken.source_publisher
        and offers.usd_per_gpu_hour = mistaken.usd_per_gpu_hour
left join list_prices on offers.offer_id = list_prices.offer_id
left join ambiguous
    on
        offers.offer_key = ambiguous.offer_key
        and offers.source_publisher = ambiguous.source_publisher
        and offers.observed_on = ambiguous.observed_on
where
    contradicted.offer_id is not null
    or mistaken.offer_key is not null
    or list_prices.offer_id is not null
    or ambiguous.spread > 1
