-- What the workloads of a region need, as shares of its powered stock weighted by inference, on
-- every draw, scenario and access. A need is demand over usable supply of the workload, times the
-- part of the stock that suits it, so that needs of different workloads compete for the same chips
-- and add up to the load. `merchant` asks the same of the part that is offered, with the demand
-- that is rented.
with region_supply as (
    select * from {{ ref('int_balance__region_supply') }}
),

regional_demand as (
    select * from {{ ref('int_demand__regional_demand') }}
),

assumptions as (
    select * from {{ ref('int_balance__assumptions') }}
),

assumption_draws as (
    select * from {{ ref('int_balance__assumption_draws') }}
),

tolerance as (
    select value_central as max_served_load
    from assumptions
    where parameter = 'max_served_load'
),

rented_shares as (
    select
        assumptions.region_id,
        assumption_draws.draw,
        max(assumption_draws.value) filter (where assumptions.workload_id = 'training_large')
            as large,
        max(assumption_draws.value) filter (where assumptions.workload_id = 'training_small')
            as small,
        max(assumption_draws.value) filter (where assumptions.workload_id = 'inference')
            as inference,
    from assumptions
    inner join assumption_draws on assumptions.assumption_id = assumption_draws.assumption_id
    where assumptions.parameter = 'rented_demand_share'
    group by assumptions.region_id, assumption_draws.draw
),

demand as (
    select
        region_id,
        quarter_start,
        draw,
        max(served) filter (where workload_id = 'training_large') as served_large,
        max(served) filter (where workload_id = 'training_small') as served_small,
        max(served) filter (where workload_id = 'inference') as served_inference,
        max(wanted) filter (where workload_id = 'training_large') as wanted_large,
        max(wanted) filter (where workload_id = 'training_small') as wanted_small,
        max(wanted) filter (where workload_id = 'inference') as wanted_inference,
    from regional_demand
    group by region_id, quarter_start, draw
),

sides as (
    select
        region_supply.scenario_id,
        region_supply.quarter_start,
        region_supply.region_id,
        'all' as access,
        region_supply.draw,
        region_supply.powered_inference as stock,
        region_supply.potential_grade / nullif(region_supply.powered_inference, 0) as grade_share,
        region_supply.potential_large / nullif(region_supply.powered_inference, 0) as large_share,
        region_supply.usable_large,
        region_supply.usable_small,
        region_supply.usable_inference,
        demand.served_large,
        demand.served_small,
        demand.served_inference,
        demand.wanted_large,
        demand.wanted_small,
        demand.wanted_inference,
    from region_supply
    left join demand
        on
            region_supply.region_id = demand.region_id
            and region_supply.quarter_start = demand.quarter_start
            and region_supply.draw = demand.draw

    union all

    select
        region_supply.scenario_id,
        region_supply.quarter_start,
        region_supply.region_id,
        'merchant' as access,
        region_supply.draw,
        region_supply.merchant_potential_all as stock,
        region_supply.merchant_potential_grade / nullif(region_supply.merchant_potential_all, 0)
            as grade_share,
        region_supply.merchant_potential_large / nullif(region_supply.merchant_potential_all, 0)
            as large_share,
        region_supply.merchant_large as usable_large,
        region_supply.merchant_small as usable_small,
        region_supply.merchant_inference as usable_inference,
        demand.served_large * rented_shares.large as served_large,
        demand.served_small * rented_shares.small as served_small,
        demand.served_inference * rented_shares.inference as served_inference,
        demand.wanted_large * rented_shares.large as wanted_large,
        demand.wanted_small * rented_shares.small as wanted_small,
        demand.wanted_inference * rented_shares.inference as wanted_inference,
    from region_supply
    left join demand
        on
            region_supply.region_id = demand.region_id
            and region_supply.quarter_start = demand.quarter_start
            and region_supply.draw = demand.draw
    left join rented_shares
        on
            region_supply.region_id = rented_shares.region_id
            and region_supply.draw = rented_shares.draw
),

-- Large jobs may be absent from a region's list of runs and then need nothing that is known;
-- without a reading of small jobs or of inference the need of the region is unknown.
needs as (
    select
        *,
        coalesce(served_large / nullif(usable_large, 0) * large_share, 0) as need_served_large,
        served_small / nullif(usable_small, 0) * grade_share as need_served_small,
        served_inference / nullif(usable_inference, 0) as need_served_inference,
        coalesce(wanted_large / nullif(usable_large, 0) * large_share, 0) as need_wanted_large,
        wanted_small / nullif(usable_small, 0) * grade_share as need_wanted_small,
        wanted_inference / nullif(usable_inference, 0) as need_wanted_inference,
    from sides
),

loads as (
    select
        *,
        need_served_large + need_served_small + need_served_inference as load_served,
        need_wanted_large + need_wanted_small + need_wanted_inference as load_wanted,
    from needs
)

-- What was served cannot exceed the stock by more than errors of timing; a draw in which it does
-- contradicts itself for the whole region, so it is out for the offered part as well.
select
    loads.*,
    bool_and(loads.load_served <= tolerance.max_served_load) over (
        partition by loads.scenario_id, loads.quarter_start, loads.region_id, loads.draw
        -- `all` comes first and sees itself only, `merchant` sees both
        order by loads.access
        rows between unbounded preceding and current row
    ) as is_feasible,
from loads
cross join tolerance
