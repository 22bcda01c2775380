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

{{ event_readings('offers', 'event_days', 'matched') }}

select
    matched.event_date,
    matched.window_days,
    numbered.region_id,
    numbered.chip_id,
    numbered.provider,
    numbered.commitment,
    {{ exact_sum('ln(matched.usd_per_gpu_hour_after / matched.usd_per_gpu_hour_before)', 12) }}
        as log_change_sum,
    count(*) as offers,
    max(greatest(matched.known_on_before, matched.known_on_after)) as known_on,
from matched
inner join numbered on matched.offer_number = numbered.offer_number
group by all
