-- Claims on announcements, rents and premiums.
with events as (
    select * from {{ ref('int_prices__events') }} where region_id = 'CN'
),

month_rents as (
    select * from {{ ref('int_prices__month_rents') }} where region_id = 'CN'
),

premiums as (
    select * from {{ ref('int_prices__scarcity_premiums') }}
),

claim_tests as (
    select * from {{ ref('stg_seed_claims__claim_tests') }}
),

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

-- announcements of either moment: the quarter itself, or the year to its end for today
announcements as (
    select
        events.event_id,
        coalesce(events.organisation_id, events.event_id) as firm,
        events.event_date,
        events.direction,
        events.segment,
        events.announced_change_pct,
        events.event_date between claim_quarters.then_quarter and claim_quarters.then_end as is_then,
        events.event_date > claim_quarters.latest_end - interval 1 year
        and events.event_date <= claim_quarters.latest_end as is_latest,
    from events
    cross join claim_quarters
),

announced_rents as (
    select
        'seed-01a' as test_id,
        [
            min(announced_change_pct) filter (where is_then),
            median(announced_change_pct) filter (where is_then),
            max(announced_change_pct) filter (where is_then)
        ] as then_points,
        [
            min(announced_change_pct) filter (where is_latest),
            median(announced_change_pct) filter (where is_latest),
            max(announced_change_pct) filter (where is_latest)
        ] as latest_points,
        then_points as test_points,
        'announcements: ' || count(*) filter (where is_then) || ' then ('
        || coalesce(string_agg(event_id, ', ' order by event_id) filter (where is_then), 'none')
        || '), ' || count(*) filter (where is_latest) || ' in the last year' as detail,
    from announcements
    where segment = 'compute rental' and announced_change_pct is not null
),

raising_firms as (
    select
        'seed-01b' as test_id,
        [
            count(distinct firm) filter (where is_then),
            count(distinct firm) filter (where is_then),
            'infinity'::double
        ] as then_points,
        [
            count(distinct firm) filter (where is_latest),
            count(distinct firm) filter (where is_latest),
            'infinity'::double
        ] as latest_points,
        then_points as test_points,
        'known firms: '
        || coalesce(string_agg(distinct firm, ', ' order by firm) filter (where is_then), 'none')
            as detail,
    from announcements
    inner join claim_tests on claim_tests.test_id = 'seed-01b'
    where segment = 'compute rental' and announced_change_pct >= claim_tests.bound
),

pauses as (
    select
        'seed-14b' as test_id,
        [
            count(*) filter (where is_then_half), count(*) filter (where is_then_half),
            'infinity'::double
        ] as then_points,
        [
            count(*) filter (where is_latest_half), count(*) filter (where is_latest_half),
            'infinity'::double
        ] as latest_points,
        then_points as test_points,
        coalesce(
            string_agg(event_id, ', ' order by event_id) filter (where is_then_half), 'none'
        ) as detail,
    from (
        select
            announcements.event_id,
            announcements.event_date > claim_quarters.then_end - interval 6 month
            and announcements.event_date <= claim_quarters.then_end as is_then_half,
            announcements.event_date > claim_quarters.latest_end - interval 6 month
            and announcements.event_date <= claim_quarters.latest_end as is_latest_half,
        from announcements
        cross join claim_quarters
        where
            announcements.direction = 'pause'
            and announcements.segment in ('cloud training capacity', 'cloud GPU leasing')
    ) as paused
),

-- a rent against the last quote of the same chip and commitment before the window
rents as (
    select
        month_rents.chip_id,
        month_rents.commitment,
        max_by(
            month_rents.usd_points[2], (month_rents.month_start, month_rents.provider_type)
        ) filter (
            where month_rents.month_start < claim_tests.judged_from
        ) as usd_before,
        max_by(
            month_rents.usd_points[2], (month_rents.month_start, month_rents.provider_type)
        ) filter (
            where month_rents.month_start between claim_tests.judged_from and claim_tests.judged_to
        ) as usd_in_window,
        max_by(
            month_rents.usd_points[2], (month_rents.month_start, month_rents.provider_type)
        ) filter (
            where month_rents.month_start > claim_tests.judged_to
        ) as usd_latest,
    from month_rents
    inner join claim_tests on claim_tests.test_id = 'seed-02a'
    group by month_rents.chip_id, month_rents.commitment
),

falling_rents as (
    select
        'seed-02a' as test_id,
        [
            min(usd_before / usd_before), median(usd_before / usd_before),
            max(usd_before / usd_before)
        ] as then_points,
        [
            min(usd_latest / usd_before), median(usd_latest / usd_before),
            max(usd_latest / usd_before)
        ] as latest_points,
        [
            min(usd_in_window / usd_before), median(usd_in_window / usd_before),
            max(usd_in_window / usd_before)
        ] as test_points,
        coalesce(
            string_agg(
                chip_id || ' ' || commitment || ' from ' || {{ shown_number('usd_before') }}
                || ' to ' || {{ shown_number('usd_in_window') }} || ' USD an hour',
                ', ' order by chip_id, commitment
            ),
            'no chip was quoted both before and in the window'
        ) as detail,
    from rents
    where usd_before is not null and usd_in_window is not null
),

quarter_premiums as (
    select
        quarter_start,
        region_id,
        [median(usd_points[1]), median(usd_points[2]), median(usd_points[3])] as cost_points,
        [median(premium_low), median(premium_central), median(premium_high)] as premium_points,
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
        list_transform(then_points, premium -> 1 - 1 / premium) as then_points,
        list_transform(latest_points, premium -> 1 - 1 / premium) as latest_points,
        list_transform(latest_points, premium -> 1 - 1 / premium) as test_points,
        detail,
    from premium_tests
    where test_id = 'seed-16a'
)

select * from announced_rents
union all
select * from raising_firms
union all
select * from pauses
union all
select * from falling_rents
union all
select * from converging_rents
union all
select * from margins
