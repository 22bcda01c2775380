-- Shares that change with the year, by quarter, region and origin, on every draw: live power, large
-- clusters, maturity of software. A missing row shows as null here and fails a test.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

-- where chips may stand, by the way they came
places as (
    select
        region_id,
        origin,
    from {{ assumption_points('cn_owner_share') }}
    group by region_id, origin
    union
    select
        region_id,
        'foreign' as origin,
    from {{ assumption_points('deployment_lag') }}
),

in_force as (
    select
        quarters.quarter_start,
        judged.parameter,
        judged.region_id,
        judged.origin,
        judged.draw,
        judged.value,
    from quarters
    inner join {{ assumption_draws(
        'powered_share', 'large_cluster_share', 'software_factor'
    ) }} as judged
        on
            judged.valid_from <= quarters.quarter_start
            and coalesce(judged.valid_to > quarters.quarter_start, true)
)

select
    quarters.quarter_start,
    places.region_id,
    places.origin,
    draws.draw,
    powered.value as powered_share,
    clusters.value as large_cluster_share,
    -- only software for the region's own chips is young
    coalesce(software.value, 1) as software_factor,
from quarters
cross join places
cross join draws
left join in_force as powered
    on
        powered.parameter = 'powered_share'
        and quarters.quarter_start = powered.quarter_start
        and places.region_id = powered.region_id
        and draws.draw = powered.draw
left join in_force as clusters
    on
        clusters.parameter = 'large_cluster_share'
        and quarters.quarter_start = clusters.quarter_start
        and places.region_id = clusters.region_id
        and places.origin = coalesce(clusters.origin, places.origin)
        and draws.draw = clusters.draw
left join in_force as software
    on
        software.parameter = 'software_factor'
        and quarters.quarter_start = software.quarter_start
        and places.origin = software.origin
        and draws.draw = software.draw
