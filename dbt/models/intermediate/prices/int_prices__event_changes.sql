{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('(event_date + ' ~ var('event_windows') | max ~ ')') }}"
) }}
-- depends_on: {{ ref('int_prices__first_changed_month') }}
-- What the offers of a provider did around every event day: the last price read before it against
-- the last one read from that day on, within the window on either side. Offers are summed here,
-- because catalogues have tens of thousands of them.
with events as (
    select * from {{ ref('int_prices__events') }}
),

offers as (
    select * from {{ ref('int_prices__checked_offers') }}
),

event_days as (
    select distinct event_date
    from events
    {%- if is_incremental() %}
    where {{ is_changed_since('(event_date + ' ~ var('event_windows') | max ~ ')') }}
    {%- endif %}
),

windows as (
    select unnest({{ var('event_windows') }})::integer as window_days
),

used as (
    select *
    from offers
    where exclusion_reason is null
),

-- numbers join and sort faster than keys of seven parts
numbered as (
    select
        offer_key,
        row_number() over () as offer_number,
        any_value(chip_id) as chip_id,
        any_value(region_id) as region_id,
        any_value(provider) as provider,
        any_value(commitment) as commitment,
    from used
    group by offer_key
),

-- a reading stands until the next one; of two on one day the later id
readings as (
    select
        numbered.offer_number,
        used.usd_per_gpu_hour,
        used.observed_on,
        used.last_observed_on,
        coalesce(
            lead(used.observed_on) over (
                partition by numbered.offer_number
                order by used.observed_on, used.offer_id
            ),
            date '9999-12-31'
        ) as next_observed_on,
        used.known_on,
    from used
    inner join numbered on used.offer_key = numbered.offer_key
),

readings_before as (
    select
        event_days.event_date,
        readings.offer_number,
        readings.usd_per_gpu_hour,
        readings.last_observed_on,
        readings.known_on,
    from event_days
    inner join readings
        on
            readings.observed_on < event_days.event_date
            and readings.next_observed_on >= event_days.event_date
            and readings.last_observed_on
            >= event_days.event_date - {{ var('event_windows') | max }}
),

readings_after as (
    select
        windowed_days.event_date,
        windowed_days.window_days,
        readings.offer_number,
        readings.usd_per_gpu_hour,
        readings.known_on,
    from (
        select
            event_days.event_date,
            windows.window_days,
            event_days.event_date + windows.window_days as ends_on,
        from event_days
        cross join windows
    ) as windowed_days
    inner join readings
        on
            readings.observed_on <= windowed_days.ends_on
            and readings.next_observed_on > windowed_days.ends_on
            and readings.last_observed_on >= windowed_days.event_date
)

select
    readings_before.event_date,
    readings_after.window_days,
    numbered.region_id,
    numbered.chip_id,
    numbered.provider,
    numbered.commitment,
    {{ exact_sum(
        'ln(readings_after.usd_per_gpu_hour / readings_before.usd_per_gpu_hour)', 12
    ) }} as log_change_sum,
    count(*) as offers,
    max(greatest(readings_before.known_on, readings_after.known_on)) as known_on,
from readings_before
inner join readings_after
    on
        readings_before.event_date = readings_after.event_date
        and readings_before.offer_number = readings_after.offer_number
inner join numbered on readings_before.offer_number = numbered.offer_number
where
    readings_before.last_observed_on >= readings_before.event_date - readings_after.window_days
group by all
