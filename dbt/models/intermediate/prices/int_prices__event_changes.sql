-- What every offer did around every event day: the last price read before it against the last one
-- read from that day on, within the window on either side.
with events as (
    select * from {{ ref('int_prices__events') }}
),

offers as (
    select * from {{ ref('int_prices__checked_offers') }}
),

{# the windows are part of the published grain -#}
windows as (
    select unnest([30, 90, 180]) as window_days
),

event_days as (
    select distinct
        events.event_date,
        windows.window_days,
    from events
    cross join windows
),

used as (
    select *
    from offers
    where exclusion_reason is null
),

readings as (
    select
        event_days.event_date,
        event_days.window_days,
        used.offer_key,
        used.chip_id,
        used.region_id,
        used.provider,
        used.commitment,
        max_by(used.usd_per_gpu_hour, used.observed_on) filter (
            where
                used.observed_on < event_days.event_date
        ) as usd_before,
        max_by(used.usd_per_gpu_hour, used.observed_on) filter (
            where
                used.last_observed_on >= event_days.event_date
        ) as usd_after,
        max(used.known_on) as known_on,
    from event_days
    inner join used
        on
            used.observed_on <= event_days.event_date + event_days.window_days
            and used.last_observed_on >= event_days.event_date - event_days.window_days
    group by all
)

select
    event_date,
    window_days,
    offer_key,
    chip_id,
    region_id,
    provider,
    commitment,
    usd_before,
    usd_after,
    ln(usd_after / usd_before) as log_change,
    known_on,
from readings
where
    usd_before is not null
    and usd_after is not null
