-- Beside the present price of a chip the mean price at which the stock of that day was bought:
-- prices of earlier quarters weighted by the chips delivered in them. Without tracked deliveries
-- every quarter since the first price counts alike.
with chip_prices as (
    select * from {{ ref('int_prices__chip_prices') }}
),

shipments as (
    select * from {{ ref('int_shipments__owner_shipments') }}
),

{{ purchases('chip_prices', 'shipments', 'purchases') }}

select
    quarter_start,
    region_id,
    chip_id,
    usd,
    coalesce(
        sum(usd * bought) over until_now
        / nullif(sum(bought) over until_now, 0),
        usd
    ) as vintage_usd,
from purchases
window until_now as (partition by region_id, chip_id order by quarter_start)
