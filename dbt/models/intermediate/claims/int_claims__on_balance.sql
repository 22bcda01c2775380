-- Claims that the balance decides, by the coverage of a kind of work in China or by the load.
with balances as (
    select * from {{ ref('int_balance__balances') }}
    where region_id = 'CN' and scenario_id = 'baseline'
),

loads as (
    select * from {{ ref('int_balance__loads') }}
    where region_id = 'CN' and scenario_id = 'baseline' and access = 'all'
),

balance_draws as (
    select * from {{ ref('int_balance__balance_draws') }}
    where
        region_id = 'CN'
        and scenario_id = 'baseline'
        and access = 'merchant'
),

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

-- which coverage each test looks at; all are judged in the quarter of the interview
coverage_tests as (
    select
        test_id,
        workload_id,
        access,
    from (values
        ('seed-08a', 'training_large', 'all'),
        ('seed-08b', 'training_large', 'merchant'),
        ('seed-08c', 'training_small', 'all'),
        ('seed-08d', 'inference', 'all'),
        ('seed-09b', 'training_small', 'all'),
        ('seed-10a', 'training_small', 'all')
    ) as coverage_tests (test_id, workload_id, access)
),

coverage as (
    select
        coverage_tests.test_id,
        {{ ends_of_points('at_then.coverage_points') }} as then_points,
        {{ ends_of_points('at_latest.coverage_points') }} as latest_points,
        {{ ends_of_points('at_then.coverage_points') }} as test_points,
        'probability of shortage ' || {{ shown_number('at_then.shortage_probability') }}
        || ' then, ' || {{ shown_number('at_latest.shortage_probability') }} || ' latest' as detail,
    from coverage_tests
    cross join claim_quarters
    left join balances as at_then
        on
            coverage_tests.workload_id = at_then.workload_id
            and coverage_tests.access = at_then.access
            and claim_quarters.then_quarter = at_then.quarter_start
    left join balances as at_latest
        on
            coverage_tests.workload_id = at_latest.workload_id
            and coverage_tests.access = at_latest.access
            and claim_quarters.latest_quarter = at_latest.quarter_start
),

-- how short large jobs are beside small ones, on the same draw
coverage_draws as (
    select
        quarter_start,
        draw,
        max(supply_h100e / nullif(demand_h100e, 0)) filter (where workload_id = 'training_large')
        / nullif(
            max(supply_h100e / nullif(demand_h100e, 0)) filter (
                where workload_id = 'training_small'
            ),
            0
        ) as ratio,
    from balance_draws
    group by quarter_start, draw
),

shorter_draws as (
    select
        coverage_draws.draw,
        max(coverage_draws.ratio) filter (
            where coverage_draws.quarter_start = claim_quarters.then_quarter
        ) as then_value,
        max(coverage_draws.ratio) filter (
            where coverage_draws.quarter_start = claim_quarters.latest_quarter
        ) as latest_value,
    from coverage_draws
    cross join claim_quarters
    group by coverage_draws.draw
),

shorter as (
    select
        'seed-08e' as test_id,
        {{ quantile_ends('then_value') }} as then_points,
        {{ quantile_ends('latest_value') }} as latest_points,
        {{ quantile_ends('then_value') }} as test_points,
        null::varchar as detail,
    from shorter_draws
),

-- a surplus at the end is a load below one, whatever the split
surplus as (
    select
        'seed-07a' as test_id,
        {{ ends_of_points('at_then.wanted_points') }} as then_points,
        {{ ends_of_points('at_latest.wanted_points') }} as latest_points,
        {{ ends_of_points('at_latest.wanted_points') }} as test_points,
        'probability that the stock bears the demand '
        || {{ shown_number('at_then.bound_probability') }} || ' then, '
        || {{ shown_number('at_latest.bound_probability') }} || ' latest' as detail,
    from claim_quarters
    left join loads as at_then on claim_quarters.then_quarter = at_then.quarter_start
    left join loads as at_latest on claim_quarters.latest_quarter = at_latest.quarter_start
)

select * from coverage
union all
select * from shorter
union all
select * from surplus
