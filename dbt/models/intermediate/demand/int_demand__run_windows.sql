-- The quarters whose training runs stand for a quarter: a centred moving mean, because publication
-- is lumpy, which looks at covered quarters only; afterwards the last four covered quarters. Where
-- the list shows no run at all in them, demand is not zero but unobserved, and there is no row.
with training_runs as (
    select * from {{ ref('int_demand__training_runs') }}
),

run_coverage as (
    select * from {{ ref('int_demand__run_coverage') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

smoothing as (
    select smoothing_quarters::integer // 2 as quarters_each_side
    from {{ constant_points('smoothing_quarters') }}
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
)

-- central timing decides whether a window is observed, so that all draws agree on it
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
