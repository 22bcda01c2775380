-- What every offer did around every event day: the last price read before it against the last one
-- read from that day on, within the window on either side.
with events as (
    select * from {{ ref('int_prices__events') }}
),

offers as (
    select * from {{ ref('int_prices__checked_offers') }}
),

{% set windows = var('event_windows') %}
event_days as (
    select distinct event_date
    from events
),

used as (
    select *
    from offers
    where exclusion_reason is null
),

-- every offer once per event day, all windows side by side: readings are many
readings as (
    select
        event_days.event_date,
        used.offer_key,
        any_value(used.chip_id) as chip_id,
        any_value(used.region_id) as region_id,
        any_value(used.provider) as provider,
        any_value(used.commitment) as commitment,
        {%- for days in windows %}
        {%- set begins = "used.last_observed_on >= event_days.event_date - " ~ days %}
        {%- set ends = "used.observed_on <= event_days.event_date + " ~ days %}
        max_by(used.usd_per_gpu_hour, used.observed_on) filter (
            where used.observed_on < event_days.event_date and {{ begins }}
        ) as usd_before_{{ days }},
        max_by(used.usd_per_gpu_hour, used.observed_on) filter (
            where used.last_observed_on >= event_days.event_date and {{ ends }}
        ) as usd_after_{{ days }},
        max(used.known_on) filter (where {{ begins }} and {{ ends }}) as known_on_{{ days }},
        {%- endfor %}
    from event_days
    inner join used
        on
            used.observed_on <= event_days.event_date + {{ windows | max }}
            and used.last_observed_on >= event_days.event_date - {{ windows | max }}
    group by event_days.event_date, used.offer_key
),

changes as (
    {%- for days in windows %}
    select
        event_date,
        {{ days }} as window_days,
        offer_key,
        chip_id,
        region_id,
        provider,
        commitment,
        usd_before_{{ days }} as usd_before,
        usd_after_{{ days }} as usd_after,
        known_on_{{ days }} as known_on,
    from readings
    {{ "union all" if not loop.last }}
    {%- endfor %}
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
from changes
where
    usd_before is not null
    and usd_after is not null
