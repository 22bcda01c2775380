-- IT power at work for AI by quarter and region on every draw: what the tracked sites had in
-- operation over the part of all such power that they hold. Only where that part is judged.
with site_quarters as (
    select * from {{ ref('int_datacenters__site_quarters') }}
),

tracked as (
    select
        quarter_start,
        region_id,
        {{ exact_sum('it_power_mw') }} as it_power_mw,
    from site_quarters
    where
        status = 'operational'
        and not is_projection
    group by quarter_start, region_id
)

select
    tracked.quarter_start,
    tracked.region_id,
    coverage.draw,
    tracked.it_power_mw as tracked_it_power_mw,
    tracked.it_power_mw / coverage.value as live_it_power_mw,
from tracked
inner join {{ assumption_draws('tracked_power_share') }} as coverage
    on
        tracked.region_id = coverage.region_id
        and coverage.valid_from <= tracked.quarter_start
        and coalesce(coverage.valid_to > tracked.quarter_start, true)
where tracked.it_power_mw > 0
