{{ config(materialized='view') }}
-- Offers that a second list shows as well: the same provider, chip and terms in the same months at the
-- same price to the cent, with nothing said that differs. The list that says more stays, of two that
-- say as much the one that shows the price for longer, then the first by name. What speaks against a
-- list speaks against its offers alone: they make no other a repetition.
with offers as (
    select * from {{ ref('int_prices__rental_offers') }}
),

doubts as (
    select * from {{ ref('int_prices__offer_doubts') }}
),

doubted as (
    select offer_id
    from doubts
    where is_stale or is_mistaken or is_list_price
),

-- a list that is read daily shows an offer many times
shown as (
    select distinct
        provider,
        chip_id,
        commitment,
        source_publisher,
        country_code,
        nullif(place, 'global') as place,
        instance_type,
        chip_count,
        round(usd_per_gpu_hour, 2) as usd_to_the_cent,
        month_start as first_month,
        date_trunc('month', last_observed_on)::date as last_month,
    from offers
    where
        is_peer
        and offer_id not in (select offer_id from doubted)
),

ranked as (
    select
        *,
        [
            (country_code is not null)::integer + (place is not null)::integer
            + (instance_type is not null)::integer + (chip_count is not null)::integer,
            date_diff('month', first_month, last_month),
            -dense_rank() over (order by source_publisher)
        ] as preference,
    from shown
),

repeated as (
    select distinct
        one.provider,
        one.chip_id,
        one.commitment,
        one.source_publisher,
        one.country_code,
        one.place,
        one.instance_type,
        one.chip_count,
        one.usd_to_the_cent,
        one.first_month,
        one.last_month,
    from ranked as one
    inner join ranked as other
        on
            one.provider = other.provider
            and one.chip_id = other.chip_id
            and one.commitment = other.commitment
            and one.usd_to_the_cent = other.usd_to_the_cent
            and one.source_publisher <> other.source_publisher
            and other.first_month <= one.first_month
            and other.last_month >= one.last_month
            and coalesce(one.country_code = other.country_code, true)
            and coalesce(one.place = other.place, true)
            and coalesce(one.instance_type = other.instance_type, true)
            and coalesce(one.chip_count = other.chip_count, true)
            and other.preference > one.preference
)

select offers.offer_id,
from offers
inner join repeated
    on
        offers.provider = repeated.provider
        and offers.chip_id = repeated.chip_id
        and offers.commitment = repeated.commitment
        and offers.source_publisher = repeated.source_publisher
        and offers.country_code is not distinct from repeated.country_code
        and nullif(offers.place, 'global') is not distinct from repeated.place
        and offers.instance_type is not distinct from repeated.instance_type
        and offers.chip_count is not distinct from repeated.chip_count
        and round(offers.usd_per_gpu_hour, 2) = repeated.usd_to_the_cent
        and offers.month_start = repeated.first_month
        and date_trunc('month', offers.last_observed_on)::date = repeated.last_month
where offers.is_peer
