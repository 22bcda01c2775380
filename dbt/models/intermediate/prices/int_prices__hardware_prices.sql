-- Prices of hardware per accelerator: systems are divided by their accelerators, and what comes
-- with them (boards, processors, network) stays inside, so that a system costs more per chip than a
-- chip.
with hardware_prices as (
    select * from {{ ref('stg_hardware_prices__hardware_prices') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

-- a rack of the NVL72 kind has 72 accelerators, the others of the list have eight
sized as (
    select
        *,
        case
            when unit = 'chip' then 1
            when unit = 'rack' then 72
            else regexp_extract(unit, '^([0-9]+)_gpu', 1)::integer
        end as accelerators,
    from hardware_prices
    -- a cost of making is no price
    where unit <> 'chip_manufacturing_cost'
)

select
    sized.price_id,
    chip_ids.chip_id,
    sized.item,
    sized.unit,
    sized.accelerators,
    sized.market,
    sized.period_start,
    (sized.period_end + interval 1 day)::date as period_end,
    sized.price_low_usd / sized.accelerators as usd_per_chip_low,
    sized.price_central_usd / sized.accelerators as usd_per_chip,
    sized.price_high_usd / sized.accelerators as usd_per_chip_high,
    sized.source_publisher,
    sized.source_url,
    sized.source_id,
    sized.known_on,
    sized.confidence,
from sized
left join chip_ids on sized.chip_id = chip_ids.label
