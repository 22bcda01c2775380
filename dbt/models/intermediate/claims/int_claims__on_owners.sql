-- Claims on who trains large models, and who owns and offers large clusters.
with training_runs as (
    select * from {{ ref('int_demand__training_runs') }} where region_id = 'CN'
),

named_runs as (
    select * from {{ ref('stg_training_runs__training_runs') }}
),

large_clusters as (
    select * from {{ ref('int_claims__large_clusters') }}
),

developer_spending as (
    select * from {{ ref('int_claims__developer_spending') }}
),

claim_tests as (
    select * from {{ ref('stg_seed_claims__claim_tests') }}
),

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

moments as (
    select * from {{ ref('int_claims__moments') }}
),

large_developers as (
    select
        training_runs.model_published_on,
        named_runs.lead_developer as developer,
    from training_runs
    inner join named_runs on training_runs.model_id = named_runs.model_id
    where training_runs.is_large
),

wanting as (
    select
        'seed-11a' as test_id,
        count(distinct developer) filter (
            where model_published_on > then_end - interval 1 year and model_published_on <= then_end
        )::double as then_count,
        count(distinct developer) filter (
            where model_published_on > latest_end - interval 1 year
            and model_published_on <= latest_end
        )::double as latest_count,
        count(distinct developer) filter (
            where model_published_on between judged_from and judged_to
        )::double as judged_count,
        string_agg(distinct developer, ', ' order by developer) filter (
            where model_published_on between judged_from and judged_to
        ) as developers,
    from large_developers
    cross join claim_quarters
    inner join claim_tests on claim_tests.test_id = 'seed-11a'
),

-- clusters at work on either day
at_work as (
    select
        moments.moment,
        count(*)::double as clusters,
        (count(*) filter (where large_clusters.is_named))::double as named,
        (count(*) filter (where large_clusters.owner_type = 'hyperscaler'))::double as of_platforms,
        (count(*) filter (where large_clusters.owner_type is null))::double as of_unknown,
        (count(*) filter (where large_clusters.is_rentable))::double as rentable,
        (count(*) filter (where large_clusters.is_rentable is null))::double as rentable_unknown,
    from large_clusters
    inner join moments on large_clusters.first_operational_on <= moments.quarter_end
    group by moments.moment
),

cluster_points as (
    select
        moment,
        named::bigint || ' of ' || clusters::bigint || ' have a name' as detail,
        {{ ends('named', 'clusters', 'clusters') }} as counted,
        {{ ends(
            'of_platforms / clusters',
            'of_platforms / nullif(clusters - of_unknown, 0)',
            '(of_platforms + of_unknown) / clusters'
        ) }} as platforms,
        {{ ends('rentable', 'rentable', 'rentable + rentable_unknown') }} as offered,
    from at_work
),

clusters as (
    {%- for test_id, points in {
        'seed-12a': 'counted', 'seed-12b': 'platforms', 'seed-13b': 'offered'
    }.items() %}
    select
        '{{ test_id }}' as test_id,
        any_value({{ points }}) filter (where moment = 'then') as then_points,
        any_value({{ points }}) filter (where moment = 'latest') as latest_points,
        any_value({{ points }}) filter (where moment = 'then') as test_points,
        coalesce(any_value(detail) filter (where moment = 'then'), 'none') || ' then, '
        || coalesce(any_value(detail) filter (where moment = 'latest'), 'none') || ' latest'
            as detail,
    from cluster_points
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

-- of the clusters with known owners
shared_clusters as (
    select
        'seed-38a' as test_id,
        (count(*) filter (where first_operational_on <= then_end))::double as then_count,
        count(*)::double as latest_count,
        (count(*) filter (where first_operational_on > then_end))::double as new_count,
        string_agg(cluster_id, ', ' order by first_operational_on, cluster_id) filter (
            where first_operational_on > then_end
        ) as cluster_ids,
    from large_clusters
    cross join claim_quarters
    where (has_several_owners or is_rentable) and first_operational_on <= latest_end
    having max(claim_quarters.latest_end) is not null
),

spending as (
    select
        developer_spending.published_year = year(claim_tests.judged_from) as is_judged,
        developer_spending.published_year = year(claim_quarters.then_quarter) as is_then,
        -- the last whole year
        developer_spending.published_year = year(claim_quarters.latest_quarter) - 1 as is_latest,
        developer_spending.runs_cny_per_year >= claim_tests.bound as by_runs,
        developer_spending.central_cny_per_year >= claim_tests.bound as by_central,
        developer_spending.high_cny_per_year >= claim_tests.bound as by_high,
        developer_spending.developer,
    from developer_spending
    cross join claim_quarters
    inner join claim_tests on claim_tests.test_id = 'seed-17a'
),

big_spenders as (
    select
        'seed-17a' as test_id,
        {%- for moment, points in {'then': 'then', 'latest': 'latest', 'judged': 'test'}.items() %}
        case
            when count(*) filter (where is_{{ moment }}) > 0
                then {{ ends(
                    'count(*) filter (where is_' ~ moment ~ ' and by_runs)',
                    'count(*) filter (where is_' ~ moment ~ ' and by_central)',
                    'count(*) filter (where is_' ~ moment ~ ' and by_high)'
                ) }}
        end as {{ points }}_points,
        {%- endfor %}
        'of ' || count(*) filter (where is_judged) || ' developers with published runs; at high '
        || 'factors: ' || coalesce(
            string_agg(developer, ', ' order by developer) filter (where is_judged and by_high),
            'none'
        ) as detail,
    from spending
)

select
    test_id,
    {{ floor_ends('then_count') }} as then_points,
    {{ floor_ends('latest_count') }} as latest_points,
    {{ floor_ends('judged_count') }} as test_points,
    coalesce(developers, 'none') as detail,
from wanting
union all
select * from clusters
union all
select
    test_id,
    {{ floor_ends('then_count') }} as then_points,
    {{ floor_ends('latest_count') }} as latest_points,
    {{ floor_ends('new_count') }} as test_points,
    coalesce(cluster_ids, 'none') as detail,
from shared_clusters
union all
select * from big_spenders
