-- Claims on announcements and rents.
with events as (
    select * from {{ ref('int_prices__events') }} where region_id = 'CN'
),

month_rents as (
    select * from {{ ref('int_prices__month_rents') }} where region_id = 'CN'
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
        {{ range_ends('announced_change_pct', 'is_then') }} as then_points,
        {{ range_ends('announced_change_pct', 'is_latest') }} as latest_points,
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
        {{ floor_ends('count(distinct firm) filter (where is_then)') }} as then_points,
        {{ floor_ends('count(distinct firm) filter (where is_latest)') }} as latest_points,
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
        {{ floor_ends('count(*) filter (where is_then_half)') }} as then_points,
        {{ floor_ends('count(*) filter (where is_latest_half)') }} as latest_points,
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
            month_rents.usd_p50, (month_rents.month_start, month_rents.provider_type)
        ) filter (
            where month_rents.month_start < claim_tests.judged_from
        ) as usd_before,
        max_by(
            month_rents.usd_p50, (month_rents.month_start, month_rents.provider_type)
        ) filter (
            where month_rents.month_start between claim_tests.judged_from and claim_tests.judged_to
        ) as usd_in_window,
        max_by(
            month_rents.usd_p50, (month_rents.month_start, month_rents.provider_type)
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
        {{ range_ends('usd_before / usd_before') }} as then_points,
        {{ range_ends('usd_latest / usd_before') }} as latest_points,
        {{ range_ends('usd_in_window / usd_before') }} as test_points,
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
)

select * from announced_rents
union all
select * from raising_firms
union all
select * from pauses
union all
select * from falling_rents
