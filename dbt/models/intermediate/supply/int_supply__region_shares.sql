-- Shares that change with the year, by quarter, region and origin, on every draw: live power, large
-- clusters, maturity of software. A missing row shows as null here and fails a test.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

assumption_draws as (
    select * from {{ ref('int_inputs__assumption_draws') }}
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

-- where chips may stand, by the way they came
places as (
    select
        region_id,
        origin,
    from assumptions
    where parameter = 'cn_owner_share'
    group by region_id, origin
    union
    select
        region_id,
        'foreign' as origin,
    from assumptions
    where parameter = 'deployment_lag'
),

in_force as (
    select
        quarters.quarter_start,
        assumptions.*,
    from quarters
    inner join assumptions
        on
            assumptions.valid_from <= quarters.quarter_start
            and coalesce(assumptions.valid_to > quarters.quarter_start, true)
)

select
    quarters.quarter_start,
    places.region_id,
    places.origin,
    draws.draw,
    powered_draws.value as powered_share,
    cluster_draws.value as large_cluster_share,
    -- only software for the region's own chips is young
    case when software.assumption_id is null then 1 else software_draws.value end
        as software_factor,
from quarters
cross join places
cross join draws
left join in_force as powered
    on
        powered.parameter = 'powered_share'
        and quarters.quarter_start = powered.quarter_start
        and places.region_id = powered.region_id
left join assumption_draws as powered_draws
    on
        powered.assumption_id = powered_draws.assumption_id
        and draws.draw = powered_draws.draw
left join in_force as clusters
    on
        clusters.parameter = 'large_cluster_share'
        and quarters.quarter_start = clusters.quarter_start
        and places.region_id = clusters.region_id
        and places.origin = coalesce(clusters.origin, places.origin)
left join assumption_draws as cluster_draws
    on
        clusters.assumption_id = cluster_draws.assumption_id
        and draws.draw = cluster_draws.draw
left join in_force as software
    on
        software.parameter = 'software_factor'
        and quarters.quarter_start = software.quarter_start
        and places.origin = software.origin
left join assumption_draws as software_draws
    on
        software.assumption_id = software_draws.assumption_id
        and draws.draw = software_draws.draw
