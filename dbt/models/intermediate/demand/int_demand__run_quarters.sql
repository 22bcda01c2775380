-- Compute of final training runs by region, size class and quarter, on every draw, before
-- smoothing. A run ends some time before its model is published and spreads evenly over its days;
-- lag, unstated length and the error of the compute estimate vary over draws. The error keeps the
-- mean of a run, so that sums of many runs are not blown up; the central path takes the published
-- figure itself.
with training_runs as (
    select * from {{ ref('int_demand__training_runs') }}
),

run_coverage as (
    select * from {{ ref('int_demand__run_coverage') }}
),

durations as (
    select * from {{ assumption_draws('run_days') }}
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

smoothing as (
    select smoothing_quarters::integer // 2 as quarters_each_side
    from {{ constant_points('smoothing_quarters') }}
),

-- the first smoothed quarter looks back beyond the grid
spans as (
    select unnest(generate_series(
        date '{{ var("first_quarter") }}' - to_months(3 * smoothing.quarters_each_side),
        (select max(last_covered_quarter) from run_coverage),
        interval 3 month
    ))::date as quarter_start,
    from smoothing
),

release_lags as (
    select
        draw,
        release_lag_days as days,
    from {{ constant_draws('release_lag_days') }}
),

reference_rates as (
    select
        constants.draw,
        chips.dense_fp16_tflops * 1e12 * constants.reference_mfu as flop_per_second,
    from {{ constant_draws('reference_mfu') }} as constants
    inner join chips on chips.chip_id = '{{ var("yardstick_chip") }}'
),

uniforms as (
    select
        training_runs.*,
        draws.draw,
        {{ uniform_deviate('build.seed', "'run:' || training_runs.model_id", 'draws.draw') }} as u,
    from training_runs
    cross join draws
    cross join build
),

-- day numbers instead of dates: fractions of a day count
windows as (
    select
        uniforms.model_id,
        uniforms.region_id,
        uniforms.is_large,
        uniforms.draw,
        uniforms.flop * case
            when uniforms.draw = 0 then 1
            else exp(
                uniforms.log_sd * ({{ probit('uniforms.u') }})
                - uniforms.log_sd * uniforms.log_sd / 2
            )
        end as flop,
        date_diff('day', date '2000-01-01', uniforms.model_published_on) - release_lags.days
            as end_day,
        coalesce(uniforms.stated_days, durations.value) as run_days,
    from uniforms
    inner join release_lags on uniforms.draw = release_lags.draw
    left join durations
        on
            uniforms.duration_assumption_id = durations.assumption_id
            and uniforms.draw = durations.draw
),

-- quarters are numbered, so that a run reaches the few it touches without trying all of them
touched as (
    select
        windows.*,
        unnest(range(
            date_diff(
                'quarter',
                date '2000-01-01',
                date '2000-01-01' + floor(windows.end_day - windows.run_days)::integer
            ),
            date_diff(
                'quarter', date '2000-01-01', date '2000-01-01' + floor(windows.end_day)::integer
            ) + 1
        )) as quarter_number,
    from windows
),

span_days as (
    select
        quarter_start,
        date_diff('quarter', date '2000-01-01', quarter_start) as quarter_number,
        date_diff('day', date '2000-01-01', quarter_start) as first_day,
        date_diff('day', date '2000-01-01', (quarter_start + interval 3 month)::date) as end_day,
    from spans
),

overlapping as (
    select
        touched.region_id,
        touched.is_large,
        touched.draw,
        span_days.quarter_start,
        touched.flop
        * (
            least(touched.end_day, span_days.end_day)
            - greatest(touched.end_day - touched.run_days, span_days.first_day)
        ) / touched.run_days as flop,
        (span_days.end_day - span_days.first_day) * 86400 as seconds,
    from touched
    inner join span_days on touched.quarter_number = span_days.quarter_number
)

select
    overlapping.region_id,
    overlapping.is_large,
    overlapping.quarter_start,
    overlapping.draw,
    {{ exact_sum('overlapping.flop / overlapping.seconds / reference_rates.flop_per_second') }}
        as h100e,
from overlapping
inner join reference_rates on overlapping.draw = reference_rates.draw
inner join run_coverage
    on
        overlapping.region_id = run_coverage.region_id
        and overlapping.quarter_start <= run_coverage.last_covered_quarter
group by overlapping.region_id, overlapping.is_large, overlapping.quarter_start, overlapping.draw
