{#-
    Queries of a `with` list that end in the offers with a price on both sides of an event day: the
    last price read before it, and the last one read from that day on within the window. A reading
    stands until the next one of its offer; of two on one day the later id counts.

    Args:
        offers: query with one row per offer: offer_id, offer_key, chip_id, region_id, provider,
            commitment, observed_on, last_observed_on, usd_per_gpu_hour, exclusion_reason, known_on.
        event_days: query with one column event_date, each day once.
        name: what to call the result: one row per event_date, window_days and offer, with
            offer_number, and offer_id, usd_per_gpu_hour and known_on of either side as
            `_before` and `_after`. The query `numbered` before it says what an offer_number is.
-#}
{% macro event_readings(offers, event_days, name) -%}
{%- set longest = var('event_windows') | max -%}
windows as (
    select unnest({{ var('event_windows') }})::integer as window_days
),

used as (
    select *
    from {{ offers }}
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

standing as (
    select
        numbered.offer_number,
        used.offer_id,
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

standing_before as (
    select
        event_days.event_date,
        standing.offer_number,
        standing.offer_id,
        standing.usd_per_gpu_hour,
        standing.last_observed_on,
        standing.known_on,
    from {{ event_days }} as event_days
    inner join standing
        on
            standing.observed_on < event_days.event_date
            and standing.next_observed_on >= event_days.event_date
            and standing.last_observed_on >= event_days.event_date - {{ longest }}
),

standing_after as (
    select
        windowed_days.event_date,
        windowed_days.window_days,
        standing.offer_number,
        standing.offer_id,
        standing.usd_per_gpu_hour,
        standing.known_on,
    from (
        select
            event_days.event_date,
            windows.window_days,
            event_days.event_date + windows.window_days as ends_on,
        from {{ event_days }} as event_days
        cross join windows
    ) as windowed_days
    inner join standing
        on
            standing.observed_on <= windowed_days.ends_on
            and standing.next_observed_on > windowed_days.ends_on
            and standing.last_observed_on >= windowed_days.event_date
),

{{ name }} as (
    select
        standing_before.event_date,
        standing_after.window_days,
        standing_before.offer_number,
        standing_before.offer_id as offer_id_before,
        standing_after.offer_id as offer_id_after,
        standing_before.usd_per_gpu_hour as usd_per_gpu_hour_before,
        standing_after.usd_per_gpu_hour as usd_per_gpu_hour_after,
        standing_before.known_on as known_on_before,
        standing_after.known_on as known_on_after,
    from standing_before
    inner join standing_after
        on
            standing_before.event_date = standing_after.event_date
            and standing_before.offer_number = standing_after.offer_number
    where
        standing_before.last_observed_on
        >= standing_before.event_date - standing_after.window_days
)
{%- endmacro %}
