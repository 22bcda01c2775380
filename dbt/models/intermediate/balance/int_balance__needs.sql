-- What the workloads of a region need, as shares of its powered stock weighted by inference, on
-- every draw, scenario and access. A need is demand over usable supply of the workload, times the
-- part of the stock that suits it, so that needs of different workloads compete for the same chips
-- and add up to the load. `merchant` asks the same of the part that is offered, with the demand
-- that is rented. Scenarios have rows where they change supply or demand.
with region_supply as (
    select * from {{ ref('int_supply__region_supply') }}
),

scenario_supply as (
    select * from {{ ref('int_balance__scenario_supply') }}
),

regional_service as (
    select * from {{ ref('int_demand__regional_service') }}
),

scenario_demand as (
    select * from {{ ref('int_balance__scenario_demand') }}
),

idle_shares as (
    select * from {{ ref('int_demand__idle_shares') }}
),

rented_shares as (
    select
        region_id,
        draw,
        max(value) filter (where workload_id = 'training_large') as large,
        max(value) filter (where workload_id = 'training_small') as small,
        max(value) filter (where workload_id = 'inference') as inference,
    from {{ assumption_draws('rented_demand_share') }}
    group by region_id, draw
),

demand_rows as (
    select
        'baseline' as scenario_id,
        region_id,
        quarter_start,
        draw,
        workload_id,
        served,
        wanted,
    from regional_service

    union all

    select
        scenario_id,
        region_id,
        quarter_start,
        draw,
        workload_id,
        served,
        wanted,
    from scenario_demand
),

demand as (
    select
        scenario_id,
        region_id,
        quarter_start,
        draw,
        max(served) filter (where workload_id = 'training_large') as served_large,
        max(served) filter (where workload_id = 'training_small') as served_small,
        max(served) filter (where workload_id = 'inference') as served_inference,
        max(wanted) filter (where workload_id = 'training_large') as wanted_large,
        max(wanted) filter (where workload_id = 'training_small') as wanted_small,
        max(wanted) filter (where workload_id = 'inference') as wanted_inference,
    from demand_rows
    group by scenario_id, region_id, quarter_start, draw
),

moved_scenarios as (
    select
        scenario_id,
        region_id,
        quarter_start,
    from scenario_demand
    group by scenario_id, region_id, quarter_start
),

supply as (
    select * from region_supply
    union all by name
    select * from scenario_supply
),

-- demand is the baseline's unless the scenario moves it
met as (
    select
        supply.*,
        demand.* exclude (scenario_id, region_id, quarter_start, draw),
    from supply
    left join moved_scenarios
        on
            supply.scenario_id = moved_scenarios.scenario_id
            and supply.region_id = moved_scenarios.region_id
            and supply.quarter_start = moved_scenarios.quarter_start
    left join demand
        on
            demand.scenario_id = coalesce(moved_scenarios.scenario_id, 'baseline')
            and supply.region_id = demand.region_id
            and supply.quarter_start = demand.quarter_start
            and supply.draw = demand.draw
),

sides as (
    select
        scenario_id,
        quarter_start,
        region_id,
        'all' as access,
        draw,
        powered_inference as stock,
        potential_grade / nullif(powered_inference, 0) as grade_share,
        potential_large / nullif(powered_inference, 0) as large_share,
        usable_large,
        usable_small,
        usable_inference,
        served_large,
        served_small,
        served_inference,
        wanted_large,
        wanted_small,
        wanted_inference,
    from met

    union all

    select
        met.scenario_id,
        met.quarter_start,
        met.region_id,
        'merchant' as access,
        met.draw,
        met.merchant_potential_all as stock,
        met.merchant_potential_grade / nullif(met.merchant_potential_all, 0) as grade_share,
        met.merchant_potential_large / nullif(met.merchant_potential_all, 0) as large_share,
        met.merchant_large as usable_large,
        met.merchant_small as usable_small,
        met.merchant_inference as usable_inference,
        met.served_large * rented_shares.large as served_large,
        met.served_small * rented_shares.small as served_small,
        met.served_inference * rented_shares.inference as served_inference,
        met.wanted_large * rented_shares.large as wanted_large,
        met.wanted_small * rented_shares.small as wanted_small,
        met.wanted_inference * rented_shares.inference as wanted_inference,
    from met
    left join rented_shares
        on
            met.region_id = rented_shares.region_id
            and met.draw = rented_shares.draw
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
),

-- What stands idle with its owner is not to be had, nor is what customers reserved and do not use; of
-- what is offered only the latter. Work that was served did run, so it bounds what can be idle.
idle as (
    select
        loads.*,
        least(
            coalesce(
                case loads.access
                    when 'all'
                        then idle_shares.owned_idle_share + idle_shares.reserved_idle_share
                    else idle_shares.reserved_idle_share
                end,
                0
            ),
            greatest(0, 1 - loads.load_served)
        ) as idle_share,
    from loads
    left join idle_shares
        on
            loads.region_id = idle_shares.region_id
            and loads.quarter_start = idle_shares.quarter_start
            and loads.draw = idle_shares.draw
)

-- what is wanted stands against the stock with what nobody can have
select * replace (load_wanted + coalesce(idle_share, 0) as load_wanted)
from idle
