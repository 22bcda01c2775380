-- How much the reading of each quarter counts for the smoothed tightness of each other quarter, by
-- side and region: the smoother of a local level (R. E. Kalman 1960; H. E. Rauch, F. Tung, C. T.
-- Striebel 1965), whose gains depend on variances only and so are the same on every draw. It is run
-- forward and backward once for a unit reading in each quarter. `remaining_variance` is what the
-- smoother leaves open.
with recursive readings as (
    select
        side,
        region_id,
        quarter_start,
        any_value(noise_variance) as noise_variance,
    from {{ ref('int_tightness__readings') }}
    group by side, region_id, quarter_start
),

steps as (
    select
        region_id,
        pow(value_central, 2) as step_variance,
    from {{ assumption_points('tightness_step_sd') }}
),

starts as (
    select pow(tightness_start_sd, 2) as start_variance
    from {{ constant_points('tightness_start_sd') }}
),

-- every quarter from the first reading of a region on, with its reading if it has one
grid as (
    select
        sides.side,
        sides.region_id,
        quarters.quarter_start,
        row_number() over (
            partition by sides.side, sides.region_id order by quarters.quarter_start
        ) as position,
        readings.noise_variance,
        steps.step_variance,
        starts.start_variance,
    from (
        select
            side,
            region_id,
            min(quarter_start) as first_quarter,
        from readings
        group by side, region_id
    ) as sides
    inner join {{ ref('int_reference__quarters') }} as quarters
        on sides.first_quarter <= quarters.quarter_start
    inner join steps on sides.region_id = steps.region_id
    cross join starts
    left join readings
        on
            sides.side = readings.side
            and sides.region_id = readings.region_id
            and quarters.quarter_start = readings.quarter_start
),

units as (
    select
        side,
        region_id,
        position as unit_position,
    from grid
    where noise_variance is not null
),

-- forward: the level known so far, its variance, and what the next step adds
filtered as (
    select
        grid.side,
        grid.region_id,
        grid.position,
        units.unit_position,
        coalesce(
            grid.start_variance * grid.noise_variance
            / (grid.start_variance + grid.noise_variance),
            grid.start_variance
        ) as variance,
        case
            when units.unit_position = grid.position
                then grid.start_variance / (grid.start_variance + grid.noise_variance)
            else 0.0
        end as level,
    from grid
    inner join units
        on
            grid.side = units.side
            and grid.region_id = units.region_id
    where grid.position = 1

    union all

    select
        grid.side,
        grid.region_id,
        grid.position,
        filtered.unit_position,
        coalesce(
            (filtered.variance + grid.step_variance) * grid.noise_variance
            / (filtered.variance + grid.step_variance + grid.noise_variance),
            filtered.variance + grid.step_variance
        ) as variance,
        filtered.level + coalesce(
            (filtered.variance + grid.step_variance)
            / (filtered.variance + grid.step_variance + grid.noise_variance)
            * (
                case when filtered.unit_position = grid.position then 1.0 else 0.0 end
                - filtered.level
            ),
            0
        ) as level,
    from filtered
    inner join grid
        on
            filtered.side = grid.side
            and filtered.region_id = grid.region_id
            and grid.position = filtered.position + 1
),

last_positions as (
    select
        side,
        region_id,
        max(position) as position,
    from grid
    group by side, region_id
),

-- backward: what later quarters add
smoothed as (
    select
        filtered.side,
        filtered.region_id,
        filtered.position,
        filtered.unit_position,
        filtered.variance,
        filtered.level,
    from filtered
    inner join last_positions
        on
            filtered.side = last_positions.side
            and filtered.region_id = last_positions.region_id
            and filtered.position = last_positions.position

    union all

    select
        filtered.side,
        filtered.region_id,
        filtered.position,
        filtered.unit_position,
        filtered.variance + pow(filtered.variance / (filtered.variance + grid.step_variance), 2)
        * (smoothed.variance - filtered.variance - grid.step_variance) as variance,
        filtered.level
        + filtered.variance / (filtered.variance + grid.step_variance)
        * (smoothed.level - filtered.level) as level,
    from smoothed
    inner join filtered
        on
            smoothed.side = filtered.side
            and smoothed.region_id = filtered.region_id
            and smoothed.unit_position = filtered.unit_position
            and filtered.position = smoothed.position - 1
    inner join grid
        on
            filtered.side = grid.side
            and filtered.region_id = grid.region_id
            and filtered.position = grid.position
)

select
    smoothed.side,
    smoothed.region_id,
    here.quarter_start,
    there.quarter_start as reading_quarter,
    smoothed.level as weight,
    smoothed.variance as remaining_variance,
from smoothed
inner join grid as here
    on
        smoothed.side = here.side
        and smoothed.region_id = here.region_id
        and smoothed.position = here.position
inner join grid as there
    on
        smoothed.side = there.side
        and smoothed.region_id = there.region_id
        and smoothed.unit_position = there.position
