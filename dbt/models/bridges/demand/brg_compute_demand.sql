-- Behind the components of demand that are observed: the training runs of the quarters that stand
-- for a quarter, and the token volumes and points of compute per token between which a curve is read
-- (weights on its logarithmic scale). Of the two Chinese readings the larger counts on each draw.
{%- set readers = {
    'us': ['US', 'ROW'],
    'cn_national': ['CN'],
    'cn_doubao': ['CN'],
    'compute_per_token': ['US', 'ROW', 'CN'],
} %}
with run_windows as (
    select * from {{ ref('int_demand__run_windows') }}
),

run_walk as (
    select * from {{ ref('int_demand__run_walk') }}
),

curve_segments as (
    select * from {{ ref('int_demand__curve_segments') }}
),

judged_points as (
    select * from {{ assumption_points('token_anchor', 'h100e_per_1e12_tokens_day') }}
),

extrapolation as (
    select growth_after_last_observation as share_of_slope
    from {{ constant_points('growth_after_last_observation') }}
),

runs as (
    select
        run_windows.quarter_start,
        run_windows.region_id,
        case when run_windows.is_large then 'training_large' else 'training_small' end
            as workload_id,
        'observed_runs' as component,
        'observed runs' as step,
        'fct_training_run_quarter' as input_table,
        {{ row_key({
            'model_id': 'run_walk.model_id',
            'quarter_start': 'run_walk.quarter_start',
        }) }} as input_key,
        1.0 / (date_diff('quarter', run_windows.window_from, run_windows.window_to) + 1) as weight,
    from run_windows
    inner join run_walk
        on
            run_windows.region_id = run_walk.region_id
            and run_windows.is_large = run_walk.is_large
            and run_windows.window_from <= run_walk.quarter_start
            and run_windows.window_to >= run_walk.quarter_start
),

-- how far the middle of the quarter lies on the way to the next point, or beyond the last one
placed as (
    select
        segments.*,
        case
            when segments.middle < segments.on_date then 0
            when segments.next_date is not null
                then
                    date_diff('day', segments.on_date, segments.middle)
                    / date_diff('day', segments.on_date, segments.next_date)
            when segments.curve = 'compute_per_token' then 0
            else
                -extrapolation.share_of_slope
                * date_diff('day', segments.on_date, segments.middle)
                / date_diff('day', segments.previous_date, segments.on_date)
        end as way,
    from curve_segments as segments
    cross join extrapolation
),

points as (
    select
        curve,
        quarter_start,
        point_id,
        1 - way as weight,
    from placed

    union all

    select
        curve,
        quarter_start,
        coalesce(next_point_id, previous_point_id) as point_id,
        way as weight,
    from placed
    where way <> 0
),

curve_readers as (
    {%- for curve, regions in readers.items() %}
    select
        '{{ curve }}' as curve,
        unnest({{ regions }}) as region_id,
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

tokens as (
    select
        points.quarter_start,
        curve_readers.region_id,
        'inference' as workload_id,
        'tokens' as component,
        replace(points.curve, '_', ' ') as step,
        case
            when judged_points.assumption_id is null then 'token_volumes__token_volumes'
            else 'assumptions__assumptions'
        end as input_table,
        points.point_id as input_key,
        points.weight,
    from points
    inner join curve_readers on points.curve = curve_readers.curve
    left join judged_points on points.point_id = judged_points.assumption_id
),

inputs as (
    select * from runs
    union all
    select * from tokens
)

-- the world is the sum of its regions
{{ in_region_and_world('inputs') }}
