-- Shares that change with time, by quarter, region and origin, on every draw: live power, large
-- clusters, maturity of software. Where the power at work for AI is known from tracked sites, no more
-- chips are powered than it can feed, with the power that they need in what happened; the rest waits.
-- A missing row shows as null here and fails a test.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

judged_shares as (
    select * from {{ ref('int_supply__judged_shares') }}
),

live_power as (
    select * from {{ ref('int_supply__live_power') }}
),

stock as (
    select * from {{ ref('int_supply__stock') }}
),

fed_shares as (
    select
        needed.quarter_start,
        needed.region_id,
        needed.draw,
        live_power.live_it_power_mw / nullif(needed.it_power_mw, 0) as fed_share,
    from live_power
    inner join (
        select
            quarter_start,
            region_id,
            draw,
            {{ exact_sum('deployed_it_power_mw', 6) }} as it_power_mw,
        from stock
        where scenario_id = 'baseline'
        group by quarter_start, region_id, draw
    ) as needed
        on
            live_power.quarter_start = needed.quarter_start
            and live_power.region_id = needed.region_id
            and live_power.draw = needed.draw
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
        judged.quarter_start,
        places.region_id,
        places.origin,
        judged.draw,
        max(judged.value) filter (where judged.parameter = 'powered_share') as powered_share,
        max(judged.value) filter (where judged.parameter = 'large_cluster_share')
            as large_cluster_share,
        max(judged.value) filter (where judged.parameter = 'software_factor') as software_factor,
    from judged_shares as judged
    inner join places
        on
            places.region_id = coalesce(judged.region_id, places.region_id)
            and places.origin = coalesce(judged.origin, places.origin)
    group by judged.quarter_start, places.region_id, places.origin, judged.draw
)

select
    quarters.quarter_start,
    places.region_id,
    places.origin,
    draws.draw,
    in_force.powered_share as judged_powered_share,
    least(in_force.powered_share, fed_shares.fed_share) as powered_share,
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
left join fed_shares
    on
        quarters.quarter_start = fed_shares.quarter_start
        and places.region_id = fed_shares.region_id
        and draws.draw = fed_shares.draw
