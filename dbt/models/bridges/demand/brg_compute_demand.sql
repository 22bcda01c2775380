-- Behind the components of demand: the training runs of the quarters that stand for a quarter; the
-- token volumes and points of compute per token between which a curve is read (weights on its
-- logarithmic scale; of the two Chinese readings the larger counts on each draw); the claims of
-- recommenders in the base, and of all parties; and both accounts in what is pooled and was served.
{%- set readers = {
    'us': ['US', 'ROW'],
    'cn_national': ['CN'], 'cn_doubao': ['CN'],
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

recommender_quarters as (
    select * from {{ ref('int_demand__recommender_quarters') }}
),

claims as (
    select
        *,
        {{ row_key(['quarter_start', 'region_id', 'segment']) }} as input_key,
    from {{ published('fct_compute_claim') }}
),

chains as (
    select * from {{ published('fct_demand_chain') }}
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

base as (
    select
        claims.quarter_start,
        claims.region_id,
        unnest(['inference', 'training_small']) as workload_id,
        'base_load' as component,
        'recommenders' as step,
        'fct_compute_claim' as input_table,
        claims.input_key,
        cast(null as double) as weight,
    from claims
    inner join recommender_quarters
        on
            claims.segment = recommender_quarters.segment
            and claims.quarter_start = recommender_quarters.quarter_start
),

-- a party that only serves models claims nothing for training, and the other way round
claimed as (
    select
        claims.quarter_start,
        claims.region_id,
        kinds.workload_id,
        'claims' as component,
        'claims' as step,
        'fct_compute_claim' as input_table,
        claims.input_key,
        cast(null as double) as weight,
    from claims
    inner join (
        select unnest(['training_large', 'training_small', 'inference']) as workload_id
    ) as kinds
        on case
            when kinds.workload_id = 'inference' then claims.inference_share_p95 > 0
            else claims.inference_share_p05 < 1
        end
),

pooled as (
    select
        quarter_start,
        region_id,
        workload_id,
        'served' as component,
        'account of demand' as step,
        'fct_demand_chain' as input_table,
        {{ row_key(['quarter_start', 'region_id', 'workload_id', 'chain']) }} as input_key,
        weight,
    from chains
    where chain <> 'pooled'
),

inputs as (
    select * from runs
    union all
    select * from tokens
    union all
    select * from base
    union all
    select * from claimed
    union all
    select * from pooled
)

-- the world is the sum of its regions
{{ in_region_and_world('inputs') }}
