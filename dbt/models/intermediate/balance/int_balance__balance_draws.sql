-- Supply after allocation against wanted demand by workload, on every draw, scenario and access,
-- with the world as the sum of its regions on the same draw. A draw in which served work exceeds
-- the stock says nothing about shortage and is marked; the world needs all its regions feasible.
with allocation as (
    select * from {{ ref('int_balance__allocation') }}
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
)

select * from regions

union all

-- a sum over some regions only is no figure of the world
select
    regions.scenario_id,
    regions.quarter_start,
    'WORLD' as region_id,
    regions.workload_id,
    regions.access,
    regions.draw,
    bool_and(regions.is_feasible) as is_feasible,
    case
        when count(regions.supply_h100e) = any_value(region_count.regions)
            then {{ exact_sum('regions.supply_h100e') }}
    end as supply_h100e,
    case
        when count(regions.demand_h100e) = any_value(region_count.regions)
            then {{ exact_sum('regions.demand_h100e') }}
    end as demand_h100e,
from regions
cross join region_count
group by
    regions.scenario_id, regions.quarter_start, regions.workload_id, regions.access, regions.draw
