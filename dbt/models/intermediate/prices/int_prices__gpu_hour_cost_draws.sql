-- What an hour of one accelerator costs whoever would buy it now and hire it out, on every draw:
-- capital, building, power and operations over the hours that are paid for. The vintage column puts
-- the mean purchase price of the stock in the place of the present one.
with chip_prices as (
    select * from {{ ref('int_prices__chip_prices') }}
),

vintage_prices as (
    select * from {{ ref('int_prices__vintage_prices') }}
),

cost_inputs as (
    select * from {{ ref('int_prices__cost_inputs') }}
),

chip_power as (
    select * from {{ ref('int_prices__chip_power') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

-- one deviate per chip: a price that is put too high is so in all quarters and regions
uniforms as (
    select
        chips.chip_id,
        cost_inputs.draw,
        {{ uniform_deviate('build.seed', "'chip-price:' || chips.chip_id", 'cost_inputs.draw') }}
            as u,
    from (select distinct chip_id from chip_prices) as chips
    cross join (select distinct draw from cost_inputs) as cost_inputs
    cross join build
),

deviates as (
    select
        chip_id,
        draw,
        case when draw = 0 then 0.0 else {{ probit('u') }} end as z,
    from uniforms
),

priced as (
    select
        chip_prices.quarter_start,
        chip_prices.region_id,
        chip_prices.chip_id,
        vintage_prices.vintage_usd / vintage_prices.usd as vintage_ratio,
        deviates.draw,
        {{ split_normal(
            'deviates.z', 'chip_prices.usd_low', 'chip_prices.usd', 'chip_prices.usd_high', "'log'"
        ) }} as chip_usd,
        chip_prices.has_premium,
    from chip_prices
    inner join deviates on chip_prices.chip_id = deviates.chip_id
    inner join vintage_prices
        on
            chip_prices.quarter_start = vintage_prices.quarter_start
            and chip_prices.region_id = vintage_prices.region_id
            and chip_prices.chip_id = vintage_prices.chip_id
),

annual as (
    select
        priced.quarter_start,
        priced.region_id,
        priced.chip_id,
        priced.draw,
        priced.vintage_ratio,
        priced.chip_usd * case when priced.has_premium then i.hardware_premium else 1 end
        * i.server_overhead * (1 + i.network_share) as hardware_usd,
        chip_power.it_power_kw,
        -- hours of a year that somebody pays for
        365 * 24 * i.paid_utilisation as paid_hours,
        -- what the machine still fetches in the end, in money of today
        1 - i.residual_share * pow(1 + i.cost_of_capital, -i.useful_life) as written_off_share,
        i.cost_of_capital / (1 - pow(1 + i.cost_of_capital, -i.useful_life)) as hardware_annuity,
        i.cost_of_capital / (1 - pow(1 + i.cost_of_capital, -i.building_life)) as building_annuity,
        i.building_usd_per_it_mw * i.building_cost_factor / 1000 as building_usd_per_it_kw,
        i.pue * i.power_price / i.paid_utilisation as power_usd_per_it_kwh,
        i.operations_share,
    from priced
    inner join cost_inputs as i
        on
            priced.region_id = i.region_id
            and priced.draw = i.draw
    inner join chip_power
        on
            priced.chip_id = chip_power.chip_id
            and priced.draw = chip_power.draw
),

hourly as (
    select
        quarter_start,
        region_id,
        chip_id,
        draw,
        vintage_ratio,
        hardware_usd,
        hardware_usd * written_off_share * hardware_annuity / paid_hours as capital_usd,
        it_power_kw * power_usd_per_it_kwh as power_usd,
        it_power_kw * building_usd_per_it_kw * building_annuity / paid_hours as building_usd,
        operations_share * hardware_usd / paid_hours as operations_usd,
    from annual
),

totals as (
    select
        *,
        capital_usd + power_usd + building_usd + operations_usd as usd,
        (capital_usd + operations_usd) * vintage_ratio + power_usd + building_usd as vintage_usd,
    from hourly
)

select
    quarter_start,
    region_id,
    chip_id,
    draw,
    hardware_usd,
    capital_usd,
    power_usd,
    building_usd,
    operations_usd,
    usd,
    vintage_usd,
from totals
