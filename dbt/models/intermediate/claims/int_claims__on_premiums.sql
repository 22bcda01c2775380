-- Claims on rents over their cost.
with premiums as (
    select * from {{ ref('int_prices__scarcity_premiums') }}
),

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

quarter_premiums as (
    select
        quarter_start,
        region_id,
        {{ ends('median(premium_low)', 'median(premium_central)', 'median(premium_high)') }}
            as premium_points,
        string_agg(chip_id, ', ' order by chip_id) as chip_ids,
    from premiums
    where region_id = 'CN' or chip_id = '{{ var("yardstick_chip") }}'
    group by quarter_start, region_id
),

premium_tests as (
    select
        tests.test_id,
        at_then.premium_points as then_points,
        at_latest.premium_points as latest_points,
        'chips: ' || coalesce(at_then.chip_ids, 'none') || ' then, '
        || coalesce(at_latest.chip_ids, 'none') || ' latest' as detail,
    from (values
        ('seed-03a', 'US'), ('seed-03b', 'CN'), ('seed-16a', 'CN')
    ) as tests (test_id, region_id)
    cross join claim_quarters
    left join quarter_premiums as at_then
        on
            tests.region_id = at_then.region_id
            and claim_quarters.then_quarter = at_then.quarter_start
    left join quarter_premiums as at_latest
        on
            tests.region_id = at_latest.region_id
            and claim_quarters.latest_quarter = at_latest.quarter_start
),

converging_rents as (
    select
        test_id,
        then_points,
        latest_points,
        latest_points as test_points,
        detail,
    from premium_tests
    where test_id <> 'seed-16a'
),

-- what is left of a rent after its full cost
margins as (
    select
        test_id,
        case
            when then_points is not null then {{ each_end('1 - 1 / then_points.<end>') }}
        end as then_points,
        case
            when latest_points is not null then {{ each_end('1 - 1 / latest_points.<end>') }}
        end as latest_points,
        case
            when latest_points is not null then {{ each_end('1 - 1 / latest_points.<end>') }}
        end as test_points,
        detail,
    from premium_tests
    where test_id = 'seed-16a'
)

select * from converging_rents
union all
select * from margins
