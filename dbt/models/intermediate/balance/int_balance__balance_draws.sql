-- Supply after allocation against wanted demand by workload, on every draw, scenario and access,
-- with the world as the sum of its regions on the same draw. A draw in which served work exceeds
-- the stock says nothing about shortage and is marked; the world needs all its regions feasible.
-- The world of a scenario adds the regions that it leaves as they were.
with allocation as (
    select * from {{ ref('int_balance__allocation') }}
),

scenario_cells as (
    select * from {{ ref('int_balance__scenario_cells') }}
),

regions as (
    select
        scenario_id,
        quarter_start,
        region_id,
        'training_large' as workload_id,
        access,
        draw,
        is_feasible,
        supply_large as supply_h100e,
        wanted_large as demand_h100e,
    from allocation

    union all

    select
        scenario_id,
        quarter_start,
        region_id,
        'training_small' as workload_id,
        access,
        draw,
        is_feasible,
        supply_small as supply_h100e,
        wanted_small as demand_h100e,
    from allocation

    union all

    select
        scenario_id,
        quarter_start,
        region_id,
        'inference' as workload_id,
        access,
        draw,
        is_feasible,
        supply_inference as supply_h100e,
        wanted_inference as demand_h100e,
    from allocation
),

region_count as (
    select count(distinct region_id) as regions
    from regions
),

unchanged as (
    select
        regions.* replace (worlds.scenario_id as scenario_id),
    from scenario_cells as worlds
    inner join scenario_cells
        on
            worlds.scenario_id = scenario_cells.scenario_id
            and worlds.quarter_start = scenario_cells.quarter_start
    inner join regions
        on
            scenario_cells.quarter_start = regions.quarter_start
            and scenario_cells.region_id = regions.region_id
    where
        worlds.region_id = 'WORLD'
        and worlds.scenario_id <> 'baseline'
        and worlds.drawn_from = worlds.scenario_id
        and scenario_cells.drawn_from = 'baseline'
        and regions.scenario_id = 'baseline'
),

parts as (
    select * from regions
    union all by name
    select * from unchanged
)

select * from regions

union all

-- a sum over some regions only is no figure of the world
select
    parts.scenario_id,
    parts.quarter_start,
    'WORLD' as region_id,
    parts.workload_id,
    parts.access,
    parts.draw,
    bool_and(parts.is_feasible) as is_feasible,
    case
        when count(parts.supply_h100e) = any_value(region_count.regions)
            then {{ exact_sum('parts.supply_h100e') }}
    end as supply_h100e,
    case
        when count(parts.demand_h100e) = any_value(region_count.regions)
            then {{ exact_sum('parts.demand_h100e') }}
    end as demand_h100e,
from parts
cross join region_count
group by parts.scenario_id, parts.quarter_start, parts.workload_id, parts.access, parts.draw
