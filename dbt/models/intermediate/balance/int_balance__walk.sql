{{ config(materialized='view') }}
-- The whole walk from delivered chips and observed work to a figure of the balance, on the central
-- path, for every region, quarter, kind of work and access. Quantiles do not multiply, so they stand
-- beside the path where the same quantity is published.
with supply as (
    select * from {{ ref('int_balance__walk_supply') }}
),

demand as (
    select * from {{ ref('int_balance__walk_demand') }}
),

allocation as (
    select * from {{ ref('int_balance__walk_allocation') }}
),

balance_draws as (
    select * from {{ ref('int_balance__balance_draws') }}
    where draw = 0 and scenario_id = 'baseline'
),

balances as (
    select * from {{ ref('int_balance__balances') }} where scenario_id = 'baseline'
),

supply_steps as (
    select * from {{ ref('int_balance__supply_steps') }} where scenario_id = 'baseline'
),

demand_points as (
    select * from {{ ref('int_demand__demand_points') }}
),

step_assumptions as (
    select * from {{ ref('int_balance__walk_assumptions') }}
),

accesses as (
    select unnest(['all', 'merchant']) as access
),

supply_walk as (
    select
        supply.quarter_start,
        supply.region_id,
        supply.workload_id,
        accesses.access,
        'supply' as section,
        supply.place,
        supply.step,
        case when supply.place = 1 then 'start' else 'times' end as operation,
        case when supply.place > 1 then supply.factor end as operand,
        supply.value,
        'h100e' as unit,
        supply.explanation,
        supply_steps.points,
    from supply
    cross join accesses
    left join supply_steps
        on
            supply.quarter_start = supply_steps.quarter_start
            and supply.region_id = supply_steps.region_id
            and supply.workload_id = supply_steps.workload_id
            and supply.step = supply_steps.step
    where accesses.access = 'merchant' or supply.step <> 'merchant'
),

-- a running amount is published only where it is a component by itself
demand_walk as (
    select
        demand.quarter_start,
        demand.region_id,
        demand.workload_id,
        accesses.access,
        'demand' as section,
        demand.place,
        demand.step,
        demand.operation,
        demand.operand,
        demand.value,
        demand.unit,
        demand.explanation,
        demand_points.points,
    from demand
    cross join accesses
    left join demand_points
        on
            demand.quarter_start = demand_points.quarter_start
            and demand.region_id = demand_points.region_id
            and demand.workload_id = demand_points.workload_id
            and demand.step = demand_points.component
            and demand.step in ('observed_runs', 'tokens', 'served', 'wanted')
),

-- of what is wanted the part that is rented; the demand of the offered chips
rented as (
    select
        demand.quarter_start,
        demand.region_id,
        demand.workload_id,
        'merchant' as access,
        'demand' as section,
        -- after wanted
        demand.place + 1 as place,
        'rented' as step,
        'times' as operation,
        allocation.wanted / nullif(demand.value, 0) as operand,
        allocation.wanted as value,
        'h100e' as unit,
        'x share of it that is rented' as explanation,
        {{ no_points() }} as points,
    from demand
    inner join allocation
        on
            demand.quarter_start = allocation.quarter_start
            and demand.region_id = allocation.region_id
            and demand.workload_id = allocation.workload_id
            and allocation.access = 'merchant'
            and allocation.step = 'supply_share'
    where demand.step = 'wanted' and allocation.wanted is not null
),

allocation_walk as (
    select
        quarter_start,
        region_id,
        workload_id,
        access,
        'allocation' as section,
        place,
        step,
        'given' as operation,
        null::double as operand,
        value,
        'share_of_stock' as unit,
        explanation,
        {{ no_points() }} as points,
    from allocation
),

-- the world adds up its regions
world_parts as (
    select
        quarter_start,
        'WORLD' as region_id,
        workload_id,
        access,
        unnest(['supply', 'demand']) as side,
        region_id as part,
        unnest([supply_h100e, demand_h100e]) as operand,
    from balance_draws
    where region_id <> 'WORLD'
),

world_walk as (
    select
        quarter_start,
        region_id,
        workload_id,
        access,
        'regions' as section,
        row_number() over parts_in_order as place,
        side || '_' || lower(part) as step,
        case
            when row_number() over (
                partition by quarter_start, workload_id, access, side order by part
            ) = 1 then 'start'
            else 'plus'
        end as operation,
        operand,
        sum(operand) over (
            partition by quarter_start, workload_id, access, side
            order by part
            rows between unbounded preceding and current row
        ) as value,
        'h100e' as unit,
        side || ' of ' || part as explanation,
        {{ no_points() }} as points,
    from world_parts
    where operand is not null
    window parts_in_order as (
        partition by quarter_start, workload_id, access order by side desc, part
    )
),

-- the figures themselves; the world's supply is a sum and no part of its usable compute
figures as (
    select
        balance_draws.quarter_start,
        balance_draws.region_id,
        balance_draws.workload_id,
        balance_draws.access,
        balance_draws.supply_h100e,
        balance_draws.demand_h100e,
        allocation.usable,
        balances.supply_points,
        balances.demand_points,
        balances.coverage_points,
    from balance_draws
    left join allocation
        on
            balance_draws.quarter_start = allocation.quarter_start
            and balance_draws.region_id = allocation.region_id
            and balance_draws.workload_id = allocation.workload_id
            and balance_draws.access = allocation.access
            and allocation.step = 'supply_share'
    left join balances
        on
            balance_draws.quarter_start = balances.quarter_start
            and balance_draws.region_id = balances.region_id
            and balance_draws.workload_id = balances.workload_id
            and balance_draws.access = balances.access
),

figure_walk as (
    select
        quarter_start,
        region_id,
        workload_id,
        access,
        'balance' as section,
        1 as place,
        'supply' as step,
        case when region_id = 'WORLD' then 'result' else 'times' end as operation,
        supply_h100e / nullif(usable, 0) as operand,
        supply_h100e as value,
        'h100e' as unit,
        case
            when region_id = 'WORLD' then 'sum of the regions'
            else 'usable or merchant x supply share / suitable share; all of the demand where it is met'
        end as explanation,
        supply_points as points,
    from figures

    union all

    select
        quarter_start,
        region_id,
        workload_id,
        access,
        'balance' as section,
        2 as place,
        'demand' as step,
        'result' as operation,
        null as operand,
        demand_h100e as value,
        'h100e' as unit,
        'what was wanted, or of that what was wanted for rent' as explanation,
        demand_points as points,
    from figures

    union all

    select
        quarter_start,
        region_id,
        workload_id,
        access,
        'balance' as section,
        3 as place,
        'gap' as step,
        'result' as operation,
        null as operand,
        supply_h100e - demand_h100e as value,
        'h100e' as unit,
        'supply - demand' as explanation,
        {{ no_points() }} as points,
    from figures

    union all

    select
        quarter_start,
        region_id,
        workload_id,
        access,
        'balance' as section,
        4 as place,
        'coverage' as step,
        'result' as operation,
        null as operand,
        supply_h100e / nullif(demand_h100e, 0) as value,
        'ratio' as unit,
        'supply / demand' as explanation,
        coverage_points as points,
    from figures
),

walk as (
    select * from supply_walk
    union all
    select * from demand_walk
    union all
    select * from rented
    union all
    select * from allocation_walk
    union all
    select * from world_walk
    union all
    select * from figure_walk
)

select
    walk.quarter_start,
    walk.region_id,
    walk.workload_id,
    walk.access,
    row_number() over (
        partition by walk.quarter_start, walk.region_id, walk.workload_id, walk.access
        order by
            list_position(
                ['supply', 'demand', 'allocation', 'regions', 'balance'], walk.section
            ),
            walk.place
    ) as place,
    walk.section,
    walk.step,
    walk.operation,
    walk.operand,
    walk.value,
    walk.unit,
    walk.explanation,
    step_assumptions.assumption_ids,
    walk.points,
from walk
left join step_assumptions
    on
        walk.quarter_start = step_assumptions.quarter_start
        and walk.region_id = step_assumptions.region_id
        and walk.workload_id = step_assumptions.workload_id
        and walk.section = step_assumptions.section
        and walk.step = step_assumptions.step
where walk.value is not null
