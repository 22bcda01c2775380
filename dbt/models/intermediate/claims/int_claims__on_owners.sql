-- Claims on who runs, owns and offers large clusters, on what the rules say, and those that a row of
-- the assumptions decides by itself.
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

rule_sets as (
    select * from {{ ref('int_policy__rule_sets') }} where scenario_id = 'baseline'
),

destination_classes as (
    select * from {{ ref('int_policy__destination_classes') }} where country_code = 'CN'
),

licence_timelines as (
    select * from {{ ref('int_policy__licence_timelines') }} where buyer_headquarters = 'local'
),

status_by_chip as (
    select * from {{ ref('int_policy__status_by_chip') }}
    where chip_id in ('nvidia-a800', 'nvidia-h800') and transaction = 'export'
),

chip_answers as (
    select * from {{ ref('int_policy__chip_answers') }}
    where answer_id = chip_answer_id
),

claim_tests as (
    select * from {{ ref('stg_seed_claims__claim_tests') }}
),

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

moments as (
    select
        'then' as moment,
        then_end as on_date,
    from claim_quarters
    union all
    select
        'latest' as moment,
        latest_end as on_date,
    from claim_quarters
),

large_developers as (
    select
        training_runs.model_published_on,
        trim(split_part(named_runs.developer, ',', 1)) as developer,
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
    inner join moments on large_clusters.first_operational_on <= moments.on_date
    group by moments.moment
),

cluster_points as (
    select
        moment,
        named::bigint || ' of ' || clusters::bigint || ' have a name' as detail,
        [named, clusters, clusters] as counted,
        [
            of_platforms / clusters,
            of_platforms / nullif(clusters - of_unknown, 0),
            (of_platforms + of_unknown) / clusters
        ] as platforms,
        [rentable, rentable, rentable + rentable_unknown] as offered,
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
        case when count(*) filter (where is_{{ moment }}) > 0 then [
            count(*) filter (where is_{{ moment }} and by_runs),
            count(*) filter (where is_{{ moment }} and by_central),
            count(*) filter (where is_{{ moment }} and by_high)
        ]::double[] end as {{ points }}_points,
        {%- endfor %}
        'of ' || count(*) filter (where is_judged) || ' developers with published runs; at high '
        || 'factors: ' || coalesce(
            string_agg(developer, ', ' order by developer) filter (where is_judged and by_high),
            'none'
        ) as detail,
    from spending
),

-- what a row of the assumptions says by itself; later years hold their own rows
judged as (
    select
        parameter,
        owner_type,
        valid_from,
        assumption_id,
        [value_low, value_central, value_high] as points,
    from {{ assumption_points('merchant_share', 'software_factor') }}
    where
        (parameter = 'merchant_share' and region_id = 'CN')
        or (parameter = 'software_factor' and origin = 'domestic')
),

kept as (
    select
        'seed-14a' as test_id,
        list_reverse(list_transform(points, part -> 1 - part)) as then_points,
        assumption_id as detail,
    from judged
    where owner_type = 'hyperscaler'
),

-- both shares at the ends that bring them together and that hold them apart
offered_less as (
    select
        'seed-15a' as test_id,
        [
            platform.points[1] - telecom.points[3],
            platform.points[2] - telecom.points[2],
            platform.points[3] - telecom.points[1]
        ] as then_points,
        platform.assumption_id || ', ' || telecom.assumption_id as detail,
    from judged as platform
    inner join judged as telecom on telecom.owner_type = 'telecom'
    where platform.owner_type = 'hyperscaler'
),

software as (
    select
        'seed-28c' as test_id,
        max_by(points, valid_from) filter (where valid_from <= then_quarter) as then_points,
        max_by(points, valid_from) filter (where valid_from <= latest_quarter) as latest_points,
        string_agg(assumption_id, ', ' order by assumption_id) as detail,
    from judged
    cross join claim_quarters
    where parameter = 'software_factor'
),

denied as (
    select
        moments.moment,
        count(distinct status_by_chip.chip_id) filter (
            where chip_answers.outcome = 'licence_presumption_of_denial'
        )::double as chips,
    from moments
    inner join status_by_chip
        on
            status_by_chip.valid_from <= moments.on_date
            and coalesce(status_by_chip.valid_to > moments.on_date, true)
    inner join rule_sets on status_by_chip.rule_set_id = rule_sets.rule_set_id
    inner join licence_timelines
        on
            status_by_chip.rule_set_id = licence_timelines.rule_set_id
            and status_by_chip.licence_timeline_id = licence_timelines.licence_timeline_id
    inner join destination_classes
        on licence_timelines.destination_class_id = destination_classes.destination_class_id
    inner join chip_answers
        on
            status_by_chip.chip_id = chip_answers.chip_id
            and status_by_chip.chip_answer_id = chip_answers.answer_id
    group by moments.moment
),

denials as (
    select
        'seed-20b' as test_id,
        max(chips) filter (where moment = 'then') as then_count,
        max(chips) filter (where moment = 'latest') as latest_count,
    from denied
)

select
    test_id,
    [then_count, then_count, 'infinity'::double] as then_points,
    [latest_count, latest_count, 'infinity'::double] as latest_points,
    [judged_count, judged_count, 'infinity'::double] as test_points,
    coalesce(developers, 'none') as detail,
from wanting
union all
select * from clusters
union all
select
    test_id,
    [then_count, then_count, 'infinity'::double] as then_points,
    [latest_count, latest_count, 'infinity'::double] as latest_points,
    [new_count, new_count, 'infinity'::double] as test_points,
    coalesce(cluster_ids, 'none') as detail,
from shared_clusters
union all
select * from big_spenders
union all
select
    test_id,
    then_points,
    then_points as latest_points,
    then_points as test_points,
    detail,
from kept
union all
select
    test_id,
    then_points,
    then_points as latest_points,
    then_points as test_points,
    detail,
from offered_less
union all
select
    test_id,
    then_points,
    latest_points,
    then_points as test_points,
    detail,
from software
union all
select
    test_id,
    [then_count, then_count, then_count] as then_points,
    [latest_count, latest_count, latest_count] as latest_points,
    [then_count, then_count, then_count] as test_points,
    null::varchar as detail,
from denials
