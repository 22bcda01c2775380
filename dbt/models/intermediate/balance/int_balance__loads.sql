-- Quantiles of the load over all draws, and beside them the share that stands idle and how probable
-- the stock makes the demand that was pooled.
with load_draws as (
    select * from {{ ref('int_balance__load_draws') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

regions as (
    select * from {{ ref('int_reference__regions') }}
),

scenario_cells as (
    select * from {{ ref('int_balance__scenario_cells') }}
),

bound_checks as (
    select * from {{ ref('int_demand__bound_checks') }}
),

points as (
    select
        scenario_id,
        quarter_start,
        region_id,
        access,
        {{ quantile_points('load_served') }} as served_points,
        {{ quantile_points('load_wanted') }} as wanted_points,
        count(load_served) filter (where draw > 0) as draws_used,
        {{ quantile_points('idle_share') }} as idle_points,
    from load_draws
    group by scenario_id, quarter_start, region_id, access
),

accesses as (
    select unnest(['all', 'merchant']) as access
)

select
    quarters.quarter_start,
    regions.region_id,
    accesses.access,
    scenario_cells.scenario_id,
    coalesce(points.draws_used, 0) as draws_used,
    case when points.draws_used > 0 then 0::double end as infeasible_share,
    bound_checks.bound_probability,
    bound_checks.stock_shift,
    bound_checks.is_bound_strong,
    case when points.draws_used >= {{ var('minimum_draws') }} then points.served_points end
        as served_points,
    case when points.draws_used >= {{ var('minimum_draws') }} then points.wanted_points end
        as wanted_points,
    case when points.draws_used >= {{ var('minimum_draws') }} then points.idle_points end
        as idle_points,
from quarters
cross join regions
cross join accesses
inner join scenario_cells
    on
        quarters.quarter_start = scenario_cells.quarter_start
        and regions.region_id = scenario_cells.region_id
left join points
    on
        quarters.quarter_start = points.quarter_start
        and regions.region_id = points.region_id
        and accesses.access = points.access
        and scenario_cells.drawn_from = points.scenario_id
left join bound_checks
    on
        quarters.quarter_start = bound_checks.quarter_start
        and regions.region_id = bound_checks.region_id
