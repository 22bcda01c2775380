-- Compute of final training runs on the quarters of the balance, on every draw: the mean over the
-- quarters that stand for a quarter, growing as judged after the last covered one.
with run_quarters as (
    select * from {{ ref('int_demand__run_quarters') }}
),

run_windows as (
    select * from {{ ref('int_demand__run_windows') }}
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

growths as (
    select
        region_id,
        draw,
        value as growth_per_year,
    from {{ assumption_draws('final_run_growth') }}
),

sums as (
    select
        run_windows.region_id,
        run_windows.quarter_start,
        run_windows.is_large,
        run_quarters.draw,
        {{ exact_sum('run_quarters.h100e') }} as h100e,
    from run_windows
    inner join run_quarters
        on
            run_windows.region_id = run_quarters.region_id
            and run_windows.is_large = run_quarters.is_large
            and run_windows.window_from <= run_quarters.quarter_start
            and run_windows.window_to >= run_quarters.quarter_start
    group by run_windows.region_id, run_windows.quarter_start, run_windows.is_large, run_quarters.draw
)

-- a draw whose timing moves every run out of the window has no run there
select
    run_windows.region_id,
    run_windows.quarter_start,
    run_windows.is_large,
    draws.draw,
    run_windows.is_nowcast,
    coalesce(sums.h100e, 0)
    / (date_diff('quarter', run_windows.window_from, run_windows.window_to) + 1)
    * case
        when run_windows.is_nowcast then power(growths.growth_per_year, run_windows.growth_years)
        else 1
    end as h100e,
from run_windows
cross join draws
inner join growths
    on
        run_windows.region_id = growths.region_id
        and draws.draw = growths.draw
left join sums
    on
        run_windows.region_id = sums.region_id
        and run_windows.quarter_start = sums.quarter_start
        and run_windows.is_large = sums.is_large
        and draws.draw = sums.draw
