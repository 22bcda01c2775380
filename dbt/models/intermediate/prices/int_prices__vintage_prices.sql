-- Beside the present price of a chip the mean price at which the stock of that day was bought:
-- prices of earlier quarters weighted by the chips delivered in them. Without tracked deliveries
-- every quarter since the first price counts alike.
with chip_prices as (
    select * from {{ ref('int_prices__chip_prices') }}
),

shipments as (
    select * from {{ ref('int_shipments__chip_shipments') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

deliveries as (
    select
        shipments.quarter_start,
        chip_ids.chip_id,
        {{ exact_sum('shipments.units_p50') }} as units,
    from shipments
    inner join chip_ids on shipments.chip_id = chip_ids.label
    group by shipments.quarter_start, chip_ids.chip_id
),

tracked as (
    select distinct chip_id from deliveries
),

weighted as (
    select
        chip_prices.*,
        case
            when tracked.chip_id is null then 1.0
            else coalesce(deliveries.units, 0)
        end as weight,
    from chip_prices
    left join tracked on chip_prices.chip_id = tracked.chip_id
    left join deliveries
        on
            chip_prices.chip_id = deliveries.chip_id
            and chip_prices.quarter_start = deliveries.quarter_start
)

select
    quarter_start,
    region_id,
    chip_id,
    usd,
    coalesce(
        sum(usd * weight) over until_now
        / nullif(sum(weight) over until_now, 0),
        usd
    ) as vintage_usd,
from weighted
window until_now as (partition by region_id, chip_id order by quarter_start)
