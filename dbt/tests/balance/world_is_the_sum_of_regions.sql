-- On every draw, for steps of supply and for both sides of the balance. Sums are kept to a
-- thousandth of an H100, hence the tolerance. The world of a scenario adds the regions that the
-- scenario leaves as they were.
with unchanged as (
    select
        worlds.scenario_id,
        cells.quarter_start,
        cells.region_id,
    from {{ ref('int_balance__scenario_cells') }} as worlds
    inner join {{ ref('int_balance__scenario_cells') }} as cells
        on
            worlds.scenario_id = cells.scenario_id
            and worlds.quarter_start = cells.quarter_start
    where
        worlds.region_id = 'WORLD'
        and worlds.scenario_id <> 'baseline'
        and worlds.drawn_from = worlds.scenario_id
        and cells.drawn_from = 'baseline'
),

supply_rows as (
    select * from {{ ref('int_balance__supply_draws') }}
    union all
    select supply.* replace (unchanged.scenario_id as scenario_id)
    from unchanged
    inner join {{ ref('int_balance__supply_draws') }} as supply
        on
            supply.scenario_id = 'baseline'
            and unchanged.quarter_start = supply.quarter_start
            and unchanged.region_id = supply.region_id
),

balance_rows as (
    select * from {{ ref('int_balance__balance_draws') }}
    union all
    select balance.* replace (unchanged.scenario_id as scenario_id)
    from unchanged
    inner join {{ ref('int_balance__balance_draws') }} as balance
        on
            balance.scenario_id = 'baseline'
            and unchanged.quarter_start = balance.quarter_start
            and unchanged.region_id = balance.region_id
),

supply as (
    select
        quarter_start,
        scenario_id || ' supply' as what,
        draw,
        sum(usable_large + usable_small + usable_inference) filter (where region_id = 'WORLD')
            as world,
        sum(usable_large + usable_small + usable_inference) filter (where region_id <> 'WORLD')
            as regions,
    from supply_rows
    group by all
),

balance as (
    select
        quarter_start,
        concat_ws(' ', scenario_id, workload_id, access) as what,
        draw,
        sum(supply_h100e - demand_h100e) filter (where region_id = 'WORLD') as world,
        case
            when count(supply_h100e - demand_h100e) filter (where region_id <> 'WORLD') = 3
                then sum(supply_h100e - demand_h100e) filter (where region_id <> 'WORLD')
        end as regions,
    from balance_rows
    group by all
),

sides as (
    select * from supply
    union all
    select * from balance
)

select *
from sides
where
    abs(world - regions) > 0.01
    or (world is null) <> (regions is null)
