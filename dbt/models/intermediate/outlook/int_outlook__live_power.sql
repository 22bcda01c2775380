-- IT power at work for accelerators at the end of each quarter of the outlook, by region and draw, outside
-- China. It begins with what live halls have, or where that is not known with what powered chips need, and
-- grows by the power that goes live: yearly judgements, knots at the middle of their year, straight on the
-- logarithm. The simple rule adds each quarter what powered chips came to need in a mean quarter of the
-- last four.
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
        region_id,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        -- megawatts a quarter
        1000 * value / 4 as added_mw,
    from {{ assumption_draws('outlook_live_power_added') }}
    where draw <= {{ var('outlook_draws') }}
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
),

points as (
    select
        region_id as curve,
        on_date,
    from added
    group by region_id, on_date
),

days as (
    select
        points.curve,
        (quarters.quarter_start + interval 45 day)::date as on_date,
    from quarters
    cross join (select distinct curve from points) as points
    where quarters.quarters_ahead > 0
),

{{ place_between_points('points', 'days', 'placed') }},

additions as (
    select
        quarters.quarter_start,
        placed.curve as region_id,
        first_added.draw,
        exp(
            (1 - placed.inside_weight) * ln(first_added.added_mw)
            + placed.inside_weight * ln(second_added.added_mw)
        ) as added_mw,
    from placed
    inner join quarters on placed.on_date = (quarters.quarter_start + interval 45 day)::date
    inner join added as first_added
        on
            placed.curve = first_added.region_id
            and placed.first_on = first_added.on_date
    inner join added as second_added
        on
            placed.curve = second_added.region_id
            and placed.second_on = second_added.on_date
            and first_added.draw = second_added.draw
)

select
    'outlook' as rule,
    quarters.quarter_start,
    starts.region_id,
    starts.draw,
    starts.live_it_power_mw + coalesce({{ exact_sum('additions.added_mw', 6) }}, 0)
        as live_it_power_mw,
from starts
cross join quarters
left join additions
    on
        starts.region_id = additions.region_id
        and starts.draw = additions.draw
        and quarters.quarter_start >= additions.quarter_start
group by quarters.quarter_start, starts.region_id, starts.draw, starts.live_it_power_mw

union all

select
    'mean_growth' as rule,
    quarters.quarter_start,
    starts.region_id,
    starts.draw,
    starts.live_it_power_mw + quarters.quarters_ahead * starts.pace_mw as live_it_power_mw,
from starts
cross join quarters
