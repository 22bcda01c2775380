-- What an hour of one accelerator costs whoever would buy it now and hire it out: the draws as
-- quantiles, with the prices and judgements behind them.
with cost_draws as (
    select * from {{ ref('int_prices__gpu_hour_cost_draws') }}
),

chip_prices as (
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

points as (
    select
        quarter_start,
        region_id,
        chip_id,
        {%- for column in [
            'hardware_usd', 'capital_usd', 'power_usd', 'building_usd', 'operations_usd'
        ] %}
        max({{ column }}) filter (where draw = 0) as {{ column }},
        {%- endfor %}
        {{ quantile_points('usd') }} as usd_points,
        {{ quantile_points('vintage_usd') }} as vintage_points,
    from cost_draws
    group by quarter_start, region_id, chip_id
)

select
    points.*,
    chip_prices.usd as chip_usd,
    vintage_prices.vintage_usd as vintage_chip_usd,
    chip_prices.market,
    chip_prices.is_carried_forward,
    chip_prices.price_ids,
    array_to_string(
        list_sort(string_split(
            concat_ws(
                ',',
                cost_inputs.assumption_ids,
                chip_power.assumption_id,
                case when chip_prices.has_premium then cost_inputs.premium_assumption_id end
            ),
            ','
        )),
        ','
    ) as assumption_ids,
    array_to_string(
        list_sort(list_distinct(string_split(chip_prices.source_ids || ',assumptions', ','))),
        ','
    ) as source_ids,
    chip_prices.known_on,
    -- a cost that is computed is modelled, however firm the price of the chip
    'modelled' as confidence,
from points
inner join chip_prices
    on
        points.quarter_start = chip_prices.quarter_start
        and points.region_id = chip_prices.region_id
        and points.chip_id = chip_prices.chip_id
inner join vintage_prices
    on
        points.quarter_start = vintage_prices.quarter_start
        and points.region_id = vintage_prices.region_id
        and points.chip_id = vintage_prices.chip_id
-- which assumptions are taken does not depend on the draw
inner join cost_inputs
    on
        points.region_id = cost_inputs.region_id
        and cost_inputs.draw = 0
inner join chip_power
    on
        points.chip_id = chip_power.chip_id
        and chip_power.draw = 0
