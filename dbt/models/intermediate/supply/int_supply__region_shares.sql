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

-- a row that names no region or origin holds for every one
in_force as (
    select
        quarters.quarter_start,
        places.region_id,
        places.origin,
        judged.draw,
        max(judged.value) filter (where judged.parameter = 'powered_share') as powered_share,
        max(judged.value) filter (where judged.parameter = 'large_cluster_share')
            as large_cluster_share,
        max(judged.value) filter (where judged.parameter = 'software_factor') as software_factor,
    from quarters
    inner join {{ assumption_draws(
        'powered_share', 'large_cluster_share', 'software_factor'
    ) }} as judged
        on
            judged.valid_from <= quarters.quarter_start
            and coalesce(judged.valid_to > quarters.quarter_start, true)
    inner join places
        on
            places.region_id = coalesce(judged.region_id, places.region_id)
            and places.origin = coalesce(judged.origin, places.origin)
    group by quarters.quarter_start, places.region_id, places.origin, judged.draw
)

select
    quarters.quarter_start,
    places.region_id,
    places.origin,
    draws.draw,
    in_force.powered_share,
    in_force.large_cluster_share,
    -- only software for the region's own chips is young
    coalesce(in_force.software_factor, 1) as software_factor,
from quarters
cross join places
cross join draws
left join in_force
    on
        quarters.quarter_start = in_force.quarter_start
        and places.region_id = in_force.region_id
        and places.origin = in_force.origin
        and draws.draw = in_force.draw
