-- What is said to stand behind observed demand gives the central path back: the quarters of runs
-- their mean before it grows, the points of a curve its value.
with bridge as (
    select * from {{ ref('brg_compute_demand') }} where region_id <> 'WORLD'
),

run_walk as (
    select * from {{ ref('int_demand__run_walk') }}
),

run_windows as (
    select * from {{ ref('int_demand__run_windows') }}
),

run_series as (
    select * from {{ ref('int_demand__run_series') }} where draw = 0
),

curves as (
    select * from {{ ref('int_demand__curves') }} where draw = 0
),

curve_knots as (
    select * from {{ ref('int_demand__curve_knots') }} where draw = 0
),

runs as (
    select
        bridge.quarter_start,
        bridge.region_id,
        bridge.workload_id,
        sum(bridge.weight * run_walk.h100e) as h100e,
    from bridge
    inner join run_walk
        on bridge.input_key = {{ row_key({
            'model_id': 'run_walk.model_id',
            'quarter_start': 'run_walk.quarter_start',
        }) }}
    group by bridge.quarter_start, bridge.region_id, bridge.workload_id
),

expected_runs as (
    select
        run_series.quarter_start,
        run_series.region_id,
        case when run_series.is_large then 'training_large' else 'training_small' end
            as workload_id,
        run_series.h100e / case
            when run_windows.is_nowcast
                then power(growths.value_central, run_windows.growth_years)
            else 1
        end as h100e,
    from run_series
    inner join run_windows
        on
            run_series.quarter_start = run_windows.quarter_start
            and run_series.region_id = run_windows.region_id
            and run_series.is_large = run_windows.is_large
    inner join {{ assumption_points('final_run_growth') }} as growths
        on run_series.region_id = growths.region_id
),

curve_values as (
    select
        bridge.quarter_start,
        replace(bridge.step, ' ', '_') as curve,
        bridge.region_id,
        exp(sum(bridge.weight * ln(curve_knots.value))) as value,
        sum(bridge.weight) as weight,
    from bridge
    inner join curve_knots
        on
            replace(bridge.step, ' ', '_') = curve_knots.curve
            and bridge.input_key = curve_knots.point_id
    group by bridge.quarter_start, bridge.step, bridge.region_id
)

select
    'runs' as figure,
    expected_runs.quarter_start,
    expected_runs.region_id,
    expected_runs.h100e as expected,
    runs.h100e as found,
from expected_runs
left join runs
    on
        expected_runs.quarter_start = runs.quarter_start
        and expected_runs.region_id = runs.region_id
        and expected_runs.workload_id = runs.workload_id
-- sums of the model are rounded to thousandths
where coalesce(abs(expected_runs.h100e - runs.h100e) > 0.1, expected_runs.h100e > 0)

union all

select
    curve_values.curve as figure,
    curve_values.quarter_start,
    curve_values.region_id,
    curves.value as expected,
    curve_values.value as found,
from curves
left join curve_values
    on
        curves.curve = curve_values.curve
        and curves.quarter_start = curve_values.quarter_start
where coalesce(
    abs(curves.value / curve_values.value - 1) > 1e-9 or abs(curve_values.weight - 1) > 1e-9,
    true
)
