-- Prices of hardware per accelerator: systems are divided by their accelerators, and what comes
-- with them (boards, processors, network) stays inside, so that a system costs more per chip than a
-- chip.
with hardware_prices as (
    select * from {{ ref('stg_hardware_prices__hardware_prices') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
)

select
    hardware_prices.price_id,
    chip_ids.chip_id,
    hardware_prices.item,
    hardware_prices.unit,
    hardware_prices.chips_per_unit,
    hardware_prices.market,
    hardware_prices.period_start,
    (hardware_prices.period_end + interval 1 day)::date as period_end,
    hardware_prices.price_low_usd / hardware_prices.chips_per_unit as usd_per_chip_low,
    hardware_prices.price_central_usd / hardware_prices.chips_per_unit as usd_per_chip,
    hardware_prices.price_high_usd / hardware_prices.chips_per_unit as usd_per_chip_high,
    hardware_prices.source_publisher,
    hardware_prices.source_url,
    hardware_prices.source_id,
    hardware_prices.known_on,
    hardware_prices.confidence,
from hardware_prices
left join chip_ids on hardware_prices.chip_label = chip_ids.label
-- a cost of making is no price
where hardware_prices.unit <> 'chip_manufacturing_cost'
