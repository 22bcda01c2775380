-- Quantiles of the load. They rest on all draws, the infeasible ones included, because a served
-- load above one is what the reader should see: there the demand chain overshoots.
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

points as (
    select
        scenario_id,
        quarter_start,
        region_id,
        access,
        {{ quantile_points('load_served') }} as served_points,
        {{ quantile_points('load_wanted') }} as wanted_points,
        count(load_served) filter (where draw > 0) as draws_used,
        count(*) filter (where draw > 0 and not is_feasible)
        / nullif(count(load_served) filter (where draw > 0), 0) as infeasible_share,
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
    points.infeasible_share,
    case when points.draws_used >= {{ var('minimum_draws') }} then points.served_points end
        as served_points,
    case when points.draws_used >= {{ var('minimum_draws') }} then points.wanted_points end
        as wanted_points,
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
