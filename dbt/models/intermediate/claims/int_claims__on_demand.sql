-- Claims on the growth of demand in China, draw by draw, so that errors shared by both ends of a
-- comparison do not widen it.
with regional_service as (
    select * from {{ ref('int_demand__regional_service') }} where region_id = 'CN'
),

token_demand as (
    select * from {{ ref('int_demand__token_demand') }} where region_id = 'CN'
),

run_coverage as (
    select * from {{ ref('int_demand__run_coverage') }} where region_id = 'CN'
),

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

needs as (
    select * from {{ ref('int_balance__needs') }}
    where region_id = 'CN' and scenario_id = 'baseline' and access = 'all'
),

-- one series per test
series as (
    -- training of generative models: older work (the base load) is left out
    select
        'seed-05a' as test_id,
        quarter_start,
        draw,
        {{ exact_sum(
            'coalesce(observed_runs, 0) + coalesce(unobserved_runs, 0) + coalesce(experiments, 0)'
            ~ ' + coalesce(small_runs, 0)'
        ) }} as value,
    from regional_service
    where workload_id <> 'inference'
    group by quarter_start, draw

    union all

    select
        'seed-05b' as test_id,
        quarter_start,
        draw,
        tokens_per_day as value,
    from token_demand

    union all

    select
        'seed-18a' as test_id,
        quarter_start,
        draw,
        tokens_per_day as value,
    from token_demand

    union all

    select
        'seed-18b' as test_id,
        quarter_start,
        draw,
        wanted as value,
    from regional_service
    where workload_id = 'inference'

    union all

    -- the part that inference has in all that is wanted, in shares of the stock
    select
        'seed-19a' as test_id,
        quarter_start,
        draw,
        need_wanted_inference / nullif(load_wanted, 0) as value,
    from needs

    union all

    select
        'seed-24a' as test_id,
        quarter_start,
        draw,
        {{ exact_sum('observed_runs') }} as value,
    from regional_service
    where workload_id <> 'inference'
    group by quarter_start, draw
),

moments as (
    select
        series.test_id,
        series.draw,
        max(series.value) filter (where series.quarter_start = claim_quarters.then_quarter)
            as then_value,
        max(series.value) filter (where series.quarter_start = claim_quarters.latest_quarter)
            as latest_value,
        max(series.value) filter (
            where series.quarter_start = claim_quarters.then_quarter - interval 1 year
        ) as year_before_value,
        -- beyond its coverage the list of runs is continued and says nothing about them
        max(series.value) filter (where series.quarter_start = run_coverage.last_covered_quarter)
            as last_covered_value,
        max(date_diff('quarter', claim_quarters.then_quarter, claim_quarters.latest_quarter) / 4)
            as years,
    from series
    cross join claim_quarters
    left join run_coverage on true
    group by series.test_id, series.draw
),

tested as (
    select
        *,
        case
            when test_id in ('seed-05a', 'seed-05b') then then_value / nullif(year_before_value, 0)
            when test_id in ('seed-18a', 'seed-18b') and years > 0
                then power(latest_value / nullif(then_value, 0), 1 / years)
            when test_id = 'seed-19a' and years > 0 then latest_value - then_value
            when test_id = 'seed-24a' then last_covered_value / nullif(then_value, 0)
        end as tested,
    from moments
)

select
    test_id,
    {{ quantile_ends('then_value') }} as then_points,
    {{ quantile_ends('latest_value') }} as latest_points,
    {{ quantile_ends('tested') }} as test_points,
    null::varchar as detail,
from tested
group by test_id
