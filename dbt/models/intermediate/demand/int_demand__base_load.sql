-- Work that is not generative (recommendation, search, vision), on every draw: a share of the
-- usable stock of the first quarter of the same draw, which then grows. Tied to that stock, it
-- cannot cause a shortage by itself in 2022.
with region_supply as (
    select * from {{ ref('int_supply__region_supply') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

assumption_draws as (
    select * from {{ ref('int_inputs__assumption_draws') }}
),

growth as (
    select
        assumption_draws.draw,
        assumption_draws.value as growth_per_year,
    from assumptions
    inner join assumption_draws on assumptions.assumption_id = assumption_draws.assumption_id
    where assumptions.parameter = 'base_growth'
),

first_stock as (
    select
        assumptions.region_id,
        assumptions.workload_id,
        assumption_draws.draw,
        assumptions.on_date,
        assumption_draws.value * case assumptions.workload_id
            when 'training_small' then region_supply.usable_small
            when 'inference' then region_supply.usable_inference
        end as h100e,
    from assumptions
    inner join assumption_draws on assumptions.assumption_id = assumption_draws.assumption_id
    inner join region_supply
        on
            assumptions.region_id = region_supply.region_id
            and assumptions.on_date = region_supply.quarter_start
            and assumption_draws.draw = region_supply.draw
    where
        assumptions.parameter = 'base_load_share'
        and region_supply.scenario_id = 'baseline'
)

select
    first_stock.region_id,
    quarters.quarter_start,
    first_stock.workload_id,
    first_stock.draw,
    first_stock.h100e * power(
        growth.growth_per_year,
        date_diff('quarter', first_stock.on_date, quarters.quarter_start) / 4
    ) as h100e,
from first_stock
inner join growth on first_stock.draw = growth.draw
cross join quarters
