-- Work that is not generative (recommendation, search, vision), on every draw: a share of the
-- usable stock of the first quarter of the same draw, which then grows. Tied to that stock, it
-- cannot cause a shortage by itself in 2022.
with region_supply as (
    select * from {{ ref('int_supply__region_supply') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

growth as (
    select * from {{ constant_draws('base_growth') }}
),

first_stock as (
    select
        shares.region_id,
        shares.workload_id,
        shares.draw,
        shares.on_date,
        shares.value * case shares.workload_id
            when 'training_small' then region_supply.usable_small
            when 'inference' then region_supply.usable_inference
        end as h100e,
    from {{ assumption_draws('base_load_share') }} as shares
    inner join region_supply
        on
            shares.region_id = region_supply.region_id
            and shares.on_date = region_supply.quarter_start
            and shares.draw = region_supply.draw
    where region_supply.scenario_id = 'baseline'
)

select
    first_stock.region_id,
    quarters.quarter_start,
    first_stock.workload_id,
    first_stock.draw,
    first_stock.h100e * power(
        growth.base_growth,
        date_diff('quarter', first_stock.on_date, quarters.quarter_start) / 4
    ) as h100e,
from first_stock
inner join growth on first_stock.draw = growth.draw
cross join quarters
