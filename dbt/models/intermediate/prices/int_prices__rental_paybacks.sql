{{ config(materialized='view') }}
-- Months of rent that pay back the hardware of one accelerator, on the central path: of all rent,
-- and of what is left after power and operations.
with premiums as (
    select * from {{ ref('int_prices__scarcity_premiums') }}
),

cost_inputs as (
    select * from {{ ref('int_prices__cost_inputs') }}
)

select
    premiums.quarter_start,
    premiums.region_id,
    premiums.chip_id,
    premiums.hardware_usd,
    premiums.price_usd,
    premiums.price_usd - premiums.power_usd - premiums.operations_usd as net_price_usd,
    365 * 24 / 12.0 * cost_inputs.paid_utilisation as paid_hours_per_month,
    premiums.is_chained,
    premiums.is_thin,
    premiums.has_old_chip_price,
    premiums.source_ids,
    premiums.known_on,
    premiums.confidence,
from premiums
inner join cost_inputs
    on
        premiums.region_id = cost_inputs.region_id
        and cost_inputs.draw = 0
