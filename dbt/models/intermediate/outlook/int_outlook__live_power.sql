-- IT power at work for accelerators at the end of each quarter of the outlook, by path, region and draw,
-- outside China. It begins with what live halls have, or where that is not known with what powered chips
-- need, and grows by the power that goes live. The simple rule adds each quarter what powered chips came
-- to need in a mean quarter of the last four.
with quarters as (
    select * from {{ ref('int_outlook__quarters') }}
),

region_supply as (
    select
        quarter_start,
        region_id,
        draw,
        deployed_it_power_mw * powered_8bit / deployed_8bit as powered_it_power_mw,
    from {{ ref('int_supply__region_supply') }}
    where
        scenario_id = 'baseline'
        and draw <= {{ var('outlook_draws') }}
),

tracked_power as (
    select * from {{ ref('int_supply__live_power') }}
),

added as (
    select
        world_id,
        quarter_start,
        draw,
        unnest(['US', 'ROW']) as region_id,
        unnest([us_power_mw, row_power_mw]) as added_mw,
    from {{ ref('int_outlook__capacities') }}
),

starts as (
    select
        now.region_id,
        now.draw,
        coalesce(tracked_power.live_it_power_mw, now.powered_it_power_mw) as live_it_power_mw,
        (now.powered_it_power_mw - before.powered_it_power_mw) / 4 as pace_mw,
    from region_supply as now
    inner join quarters
        on
            now.quarter_start = quarters.quarter_start
            and quarters.quarters_ahead = 0
    inner join region_supply as before
        on
            now.region_id = before.region_id
            and now.draw = before.draw
            and before.quarter_start = (now.quarter_start - interval 12 month)::date
    left join tracked_power
        on
            now.quarter_start = tracked_power.quarter_start
            and now.region_id = tracked_power.region_id
            and now.draw = tracked_power.draw
    where now.region_id in (select region_id from added)
)

select
    worlds.world_id as path_id,
    quarters.quarter_start,
    starts.region_id,
    starts.draw,
    starts.live_it_power_mw + coalesce({{ exact_sum('added.added_mw', 6) }}, 0) as live_it_power_mw,
from starts
cross join quarters
cross join {{ ref('int_outlook__worlds') }} as worlds
left join added
    on
        worlds.world_id = added.world_id
        and starts.region_id = added.region_id
        and starts.draw = added.draw
        and quarters.quarter_start >= added.quarter_start
where worlds.kind = 'growth'
group by
    worlds.world_id, quarters.quarter_start, starts.region_id, starts.draw, starts.live_it_power_mw

union all

select
    'mean_growth' as path_id,
    quarters.quarter_start,
    starts.region_id,
    starts.draw,
    starts.live_it_power_mw + quarters.quarters_ahead * starts.pace_mw as live_it_power_mw,
from starts
cross join quarters
