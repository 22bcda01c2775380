-- Compute of final training runs on the quarters of the balance, on every draw: a centred moving
-- mean, because publication is lumpy, which looks at covered quarters only; afterwards the mean of
-- the last four covered quarters, growing as judged. Where the list shows no run at all around a
-- quarter, demand is not zero but unobserved.
with run_quarters as (
    select * from {{ ref('int_demand__run_quarters') }}
),

training_runs as (
    select * from {{ ref('int_demand__training_runs') }}
),

run_coverage as (
    select * from {{ ref('int_demand__run_coverage') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

smoothing as (
    select smoothing_quarters::integer // 2 as quarters_each_side
    from {{ constant_points('smoothing_quarters') }}
),

growths as (
    select
        region_id,
        draw,
        value as growth_per_year,
    from {{ assumption_draws('final_run_growth') }}
),

-- the quarters whose runs stand for a quarter: its neighbours, or the last four that are covered
windows as (
    select
        run_coverage.region_id,
        quarters.quarter_start,
        quarters.quarter_start > run_coverage.last_covered_quarter as is_nowcast,
        case
            when quarters.quarter_start > run_coverage.last_covered_quarter
                then (run_coverage.last_covered_quarter - interval 9 month)::date
            else (quarters.quarter_start - to_months(3 * smoothing.quarters_each_side))::date
        end as window_from,
        least(
            run_coverage.last_covered_quarter,
            (quarters.quarter_start + to_months(3 * smoothing.quarters_each_side))::date
        ) as window_to,
        -- from the middle of the last four covered quarters to the middle of this one
        greatest(
            0,
            date_diff('quarter', run_coverage.last_covered_quarter, quarters.quarter_start) + 1.5
        ) / 4 as growth_years,
    from run_coverage
    cross join quarters
    cross join smoothing
),

sizes as (
    select unnest([true, false]) as is_large
),

-- central timing decides whether a window is observed, so that all draws agree on it
observed as (
    select
        windows.region_id,
        windows.quarter_start,
        sizes.is_large,
        windows.is_nowcast,
        windows.window_from,
        windows.window_to,
        windows.growth_years,
    from windows
    cross join sizes
    where exists (
        select 1
        from training_runs
        where
            training_runs.region_id = windows.region_id
            and training_runs.is_large = sizes.is_large
            and training_runs.central_end_on > windows.window_from
            and training_runs.central_start_on < windows.window_to + interval 3 month
    )
),

sums as (
    select
        observed.region_id,
        observed.quarter_start,
        observed.is_large,
        run_quarters.draw,
        {{ exact_sum('run_quarters.h100e') }} as h100e,
    from observed
    inner join run_quarters
        on
            observed.region_id = run_quarters.region_id
            and observed.is_large = run_quarters.is_large
            and observed.window_from <= run_quarters.quarter_start
            and observed.window_to >= run_quarters.quarter_start
    group by observed.region_id, observed.quarter_start, observed.is_large, run_quarters.draw
)

-- a draw whose timing moves every run out of the window has no run there
select
    observed.region_id,
    observed.quarter_start,
    observed.is_large,
    draws.draw,
    observed.is_nowcast,
    coalesce(sums.h100e, 0)
    / (date_diff('quarter', observed.window_from, observed.window_to) + 1)
    * case
        when observed.is_nowcast then power(growths.growth_per_year, observed.growth_years)
        else 1
    end as h100e,
from observed
cross join draws
inner join growths
    on
        observed.region_id = growths.region_id
        and draws.draw = growths.draw
left join sums
    on
        observed.region_id = sums.region_id
        and observed.quarter_start = sums.quarter_start
        and observed.is_large = sums.is_large
        and draws.draw = sums.draw
