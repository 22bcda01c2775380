-- Rent over cost floor. The interval is that of the cost: the dearest cost gives the lowest
-- premium.
with market_rents as (
    select * from {{ ref('int_prices__market_rents') }}
),

costs as (
    select * from {{ ref('int_prices__gpu_hour_costs') }}
)

select
    market_rents.quarter_start,
    market_rents.region_id,
    market_rents.chip_id,
    market_rents.price_region_id,
    market_rents.usd_per_gpu_hour as price_usd,
    costs.usd_points,
    market_rents.usd_per_gpu_hour / costs.usd_points.p95 as premium_low,
    market_rents.usd_per_gpu_hour / costs.usd_points.p50 as premium_central,
    market_rents.usd_per_gpu_hour / costs.usd_points.p05 as premium_high,
    market_rents.usd_per_gpu_hour / costs.vintage_points.p50 as vintage_premium,
    market_rents.hyperscaler_usd_per_gpu_hour as hyperscaler_price_usd,
    market_rents.providers,
    market_rents.is_chained,
    market_rents.anchor_quarter,
    market_rents.is_thin,
    costs.is_carried_forward as has_old_chip_price,
    costs.hardware_usd,
    costs.power_usd,
    costs.operations_usd,
    costs.price_ids,
    array_to_string(
        list_sort(list_distinct(
            string_split(market_rents.source_ids || ',' || costs.source_ids, ',')
        )),
        ','
    ) as source_ids,
    greatest(market_rents.known_on, costs.known_on) as known_on,
    'modelled' as confidence,
from market_rents
inner join costs
    on
        market_rents.quarter_start = costs.quarter_start
        and market_rents.region_id = costs.region_id
        and market_rents.chip_id = costs.chip_id
