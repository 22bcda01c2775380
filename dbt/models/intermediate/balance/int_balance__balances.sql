-- Quantiles of supply, demand, gap and coverage and the probability of shortage, all of one row
-- from all draws; with fewer draws than quantiles need no quantity is published. Where what is wanted
-- is met with nothing left over, supply and demand are equal on a draw; the share of such draws stands
-- beside the probability of shortage. A scenario shows the baseline's figures where it
-- changes nothing, and none where the volume of a change is unknown.
with balance_draws as (
    select * from {{ ref('int_balance__balance_draws') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

regions as (
    select * from {{ ref('int_reference__regions') }}
),

workloads as (
    select * from {{ ref('int_reference__workloads') }}
),

quarter_states as (
    select * from {{ ref('int_balance__quarter_states') }}
),

policy_regimes as (
    select * from {{ ref('int_balance__policy_regimes') }}
),

scenario_cells as (
    select * from {{ ref('int_balance__scenario_cells') }}
),

bound_checks as (
    select * from {{ ref('int_demand__bound_checks') }}
),

chain_weights as (
    select * from {{ ref('int_demand__chain_weights') }}
),

points as (
    select
        scenario_id,
        quarter_start,
        region_id,
        workload_id,
        access,
        count(*) filter (where draw > 0) as draws_used,
        {{ quantile_points('supply_h100e') }} as supply_points,
        {{ quantile_points('demand_h100e') }} as demand_points,
        {{ quantile_points(difference('supply_h100e', 'demand_h100e')) }} as gap_points,
        -- a draw without demand is covered without limit
        {{ quantile_points(
            "case when demand_h100e = 0 then 'infinity'::double else supply_h100e / demand_h100e end"
        ) }} as coverage_points,
        count(*) filter (where draw > 0 and supply_h100e < demand_h100e)
        / nullif(count(demand_h100e) filter (where draw > 0), 0) as shortage_probability,
        count(*) filter (where draw > 0 and supply_h100e = demand_h100e)
        / nullif(count(demand_h100e) filter (where draw > 0), 0) as share_exactly_balanced,
    from balance_draws
    group by scenario_id, quarter_start, region_id, workload_id, access
),

accesses as (
    select unnest(['all', 'merchant']) as access
),

grid as (
    select
        quarters.quarter_start,
        regions.region_id,
        workloads.workload_id,
        workloads.yardstick,
        accesses.access,
        scenario_cells.scenario_id,
        scenario_cells.drawn_from,
    from quarters
    cross join regions
    cross join workloads
    cross join accesses
    inner join scenario_cells
        on
            quarters.quarter_start = scenario_cells.quarter_start
            and regions.region_id = scenario_cells.region_id
),

-- coverage without limit is no figure: with that in its upper tail there is no coverage
kept_points as (
    select
        * replace (
            case when isfinite(coverage_points.p95) then coverage_points end as coverage_points
        ),
    from points
    where draws_used >= {{ var('minimum_draws') }}
)

select
    grid.quarter_start,
    grid.region_id,
    grid.workload_id,
    grid.access,
    grid.scenario_id,
    grid.yardstick,
    kept_points.supply_points,
    kept_points.demand_points,
    kept_points.gap_points,
    kept_points.coverage_points,
    kept_points.shortage_probability,
    coalesce(points.draws_used, 0) as draws_used,
    case when points.draws_used > 0 then 0::double end as infeasible_share,
    kept_points.share_exactly_balanced,
    quarter_states.supply_is_nowcast or quarter_states.demand_is_nowcast as is_nowcast,
    quarter_states.supply_is_provisional as is_provisional,
    policy_regimes.policy_regime,
    case
        when kept_points.supply_points is null or kept_points.demand_points is null
            then 'no quantities: an input is not observed'
        when quarter_states.supply_is_nowcast
            then 'deliveries up to the quarter are not counted yet'
        when bound_checks.is_bound_strong
            then 'stock and demand contradict each other'
        when
            greatest(
                kept_points.supply_points.p95 / nullif(kept_points.supply_points.p05, 0),
                kept_points.demand_points.p95 / nullif(kept_points.demand_points.p05, 0)
            ) > {{ var('printable_ratio') }}
            then 'an interval spans more than a factor of {{ var("printable_ratio") }}'
        when chain_weights.runs_tokens_weight in (0, 1)
            then 'demand rests on one account'
    end as printable_note,
from grid
left join points
    on
        grid.quarter_start = points.quarter_start
        and grid.region_id = points.region_id
        and grid.workload_id = points.workload_id
        and grid.access = points.access
        and grid.drawn_from = points.scenario_id
left join kept_points
    on
        grid.quarter_start = kept_points.quarter_start
        and grid.region_id = kept_points.region_id
        and grid.workload_id = kept_points.workload_id
        and grid.access = kept_points.access
        and grid.drawn_from = kept_points.scenario_id
left join quarter_states
    on
        grid.quarter_start = quarter_states.quarter_start
        and grid.region_id = quarter_states.region_id
        and grid.workload_id = quarter_states.workload_id
left join policy_regimes
    on
        grid.quarter_start = policy_regimes.quarter_start
        and grid.region_id = policy_regimes.region_id
        and grid.scenario_id = policy_regimes.scenario_id
left join bound_checks
    on
        grid.quarter_start = bound_checks.quarter_start
        and grid.region_id = bound_checks.region_id
left join chain_weights
    on
        grid.quarter_start = chain_weights.quarter_start
        and grid.region_id = chain_weights.region_id
        and grid.workload_id = chain_weights.workload_id
