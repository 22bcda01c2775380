-- The published training runs behind observed demand, on the central path: each with the quarters
-- that it touches and the H100 that it kept busy in them. Their sums by region and size are those of
-- the central path of the demand model.
with training_runs as (
    select * from {{ ref('int_demand__training_runs') }}
),

named_runs as (
    select * from {{ ref('stg_training_runs__training_runs') }}
),

run_coverage as (
    select * from {{ ref('int_demand__run_coverage') }}
),

constants as (
    select * from {{ constant_points('reference_mfu', 'release_lag_days') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

reference_rate as (
    select chips.dense_fp16_tflops * 1e12 * constants.reference_mfu as flop_per_second
    from constants
    inner join chips on chips.chip_id = '{{ var("yardstick_chip") }}'
),

-- day numbers instead of dates: fractions of a day count
windows as (
    select
        training_runs.*,
        date_diff('day', date '2000-01-01', training_runs.model_published_on)
        - constants.release_lag_days as end_day,
        coalesce(training_runs.stated_days, durations.value_central) as run_days,
    from training_runs
    cross join constants
    left join {{ assumption_points('run_days') }} as durations
        on training_runs.duration_assumption_id = durations.assumption_id
    where training_runs.flop > 0
),

touched as (
    select
        *,
        date '2000-01-01' + floor(end_day - run_days)::integer as started_on,
        date '2000-01-01' + floor(end_day)::integer as ended_on,
    from windows
),

spans as (
    select
        touched.*,
        unnest(generate_series(
            date_trunc('quarter', started_on), date_trunc('quarter', ended_on), interval 3 month
        ))::date as quarter_start,
    from touched
),

span_days as (
    select
        *,
        date_diff('day', date '2000-01-01', quarter_start) as first_day,
        date_diff('day', date '2000-01-01', (quarter_start + interval 3 month)::date)
            as end_of_quarter,
    from spans
)

-- the list feeds no quarter after its coverage
select
    span_days.model_id,
    span_days.quarter_start,
    named_runs.model_name,
    named_runs.developer,
    span_days.region_id,
    span_days.is_large,
    span_days.model_published_on,
    span_days.started_on,
    span_days.ended_on,
    span_days.flop,
    span_days.implied_chip_count,
    span_days.flop
    * (
        least(span_days.end_day, span_days.end_of_quarter)
        - greatest(span_days.end_day - span_days.run_days, span_days.first_day)
    ) / span_days.run_days
    / ((span_days.end_of_quarter - span_days.first_day) * 86400)
    / reference_rate.flop_per_second as h100e,
    named_runs.source_url,
    span_days.source_id,
    span_days.known_on,
    named_runs.confidence,
from span_days
inner join run_coverage
    on
        span_days.region_id = run_coverage.region_id
        and span_days.quarter_start <= run_coverage.last_covered_quarter
inner join named_runs on span_days.model_id = named_runs.model_id
cross join reference_rate
