-- Claims on how much of the compute is used and on what a large job reaches.
with readings as (
    select * from {{ ref('int_demand__utilisation_readings') }}
),

efficiency as (
    select * from {{ ref('stg_efficiency_observations__efficiency_observations') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

claim_tests as (
    select * from {{ ref('stg_seed_claims__claim_tests') }}
),

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

-- One value per fleet, part and day; a range counts by its middle. Shares that nobody uses.
idle as (
    select
        segment,
        on_date,
        metric,
        is_own_fleet,
        case
            when metric = 'idle' then (min(value_pct) + max(value_pct)) / 2
            else 100 - (min(value_pct) + max(value_pct)) / 2
        end as idle_pct,
        (min(value_pct) + max(value_pct)) / 2 as used_pct,
    from readings
    where region_id = 'CN' and metric in ('allocation', 'idle')
    group by subject, segment, on_date, metric, is_own_fleet
),

idle_readings as (
    select
        claim_tests.test_id,
        case claim_tests.test_id when 'seed-09a' then idle.idle_pct else idle.used_pct end
            as value,
        idle.on_date <= claim_quarters.then_end
        and idle.on_date > claim_quarters.then_end - interval 1 year as is_then,
        idle.on_date > claim_quarters.latest_end - interval 1 year as is_latest,
        idle.on_date between claim_tests.judged_from and claim_tests.judged_to as is_judged,
    from idle
    cross join claim_quarters
    inner join claim_tests on claim_tests.test_id in ('seed-09a', 'seed-36a')
    -- public centres are told as centres or their operators; a laboratory's own fleet is not
    where
        claim_tests.test_id = 'seed-09a'
        or (idle.metric = 'allocation' and not idle.is_own_fleet)
),

idle_tests as (
    select
        test_id,
        {%- for moment, points in {'then': 'then', 'latest': 'latest', 'judged': 'test'}.items() %}
        {{ quartile_ends('value', 'is_' ~ moment) }} as {{ points }}_points,
        {%- endfor %}
        'readings: ' || count(*) filter (where is_then) || ' in the year to the interview, '
        || count(*) filter (where is_judged) || ' in the window, '
        || count(*) filter (where is_latest) || ' in the last year' as detail,
    from idle_readings
    group by test_id
),

-- model FLOP over the 16-bit peak
mfu as (
    select
        readings.value_pct,
        readings.on_date,
        readings.chip_count,
        chips.vendor_country,
        readings.on_date <= claim_quarters.then_end as is_then,
    from readings
    cross join claim_quarters
    left join chip_ids on readings.chip_label = chip_ids.label
    left join chips on coalesce(chip_ids.chip_id, readings.chip_label) = chips.chip_id
    where readings.metric = 'mfu' and readings.peak_rate = '16-bit'
),

mfu_points as (
    select
        {{ quartile_ends('value_pct', 'is_then') }} as then_points,
        {{ quartile_ends('value_pct', 'not is_then') }} as latest_points,
        count(*) filter (where is_then) as runs_then,
        count(*) filter (where not is_then) as runs_latest,
    from mfu
),

utilisation_tests as (
    select
        tests.test_id,
        mfu_points.then_points,
        mfu_points.latest_points,
        case tests.test_id
            when 'seed-26a' then mfu_points.then_points
            else {{ sorted_ends('mfu_points.latest_points.<end> / mfu_points.then_points.<end>') }}
        end as test_points,
        'runs: ' || mfu_points.runs_then || ' then, ' || mfu_points.runs_latest || ' later'
            as detail,
    from mfu_points
    cross join (values ('seed-26a'), ('seed-26b')) as tests (test_id)
),

large_runs as (
    select
        mfu.is_then,
        {{ quartile_ends('mfu.value_pct', "mfu.vendor_country = 'CN'") }} as domestic_points,
        {{ quartile_ends('mfu.value_pct', "mfu.vendor_country <> 'CN'") }} as foreign_points,
        count(*) filter (where mfu.vendor_country = 'CN') as domestic_runs,
        count(*) filter (where mfu.vendor_country <> 'CN') as foreign_runs,
    from mfu
    inner join claim_tests on claim_tests.test_id = 'seed-28a'
    where mfu.chip_count >= claim_tests.bound
    group by grouping sets ((mfu.is_then), ())
),

domestic_runs as (
    select
        'seed-28a' as test_id,
        any_value(ratios) filter (where is_then) as then_points,
        any_value(ratios) filter (where not is_then) as latest_points,
        any_value(ratios) filter (where is_then is null) as test_points,
        coalesce(max(domestic_runs) filter (where is_then is null), 0) || ' domestic and '
        || coalesce(max(foreign_runs) filter (where is_then is null), 0) || ' foreign runs'
            as detail,
    from (
        select
            is_then,
            domestic_runs,
            foreign_runs,
            case
                when domestic_points is not null and foreign_points is not null
                    then {{ sorted_ends('domestic_points.<end> / foreign_points.<end>') }}
            end as ratios,
        from large_runs
    ) as compared
),

-- the same work on the same kind of chip in one round, at its smallest and its largest size
scaling as (
    select
        system_name,
        chip_label,
        max(on_date) as on_date,
        arg_max(scaling_efficiency_pct, (chip_count, scaling_efficiency_pct))
        / arg_min(scaling_efficiency_pct, (chip_count, scaling_efficiency_pct)) as ratio,
    from efficiency
    where scaling_efficiency_pct is not null and chip_count is not null
    group by system_name, chip_label
    having count(distinct chip_count) > 1
),

scaling_tests as (
    select
        'seed-27a' as test_id,
        {{ quartile_ends('scaling.ratio', 'scaling.on_date <= claim_quarters.then_end') }}
            as then_points,
        {{ quartile_ends('scaling.ratio', 'scaling.on_date > claim_quarters.then_end') }}
            as latest_points,
        {{ quartile_ends('scaling.ratio') }} as test_points,
        count(*) || ' systems with two sizes or more' as detail,
    from scaling
    cross join claim_quarters
)

select * from idle_tests
union all
select * from utilisation_tests
union all
select * from domestic_runs
union all
select * from scaling_tests
