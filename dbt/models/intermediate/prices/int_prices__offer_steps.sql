{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('read_month') }}"
) }}
-- depends_on: {{ ref('int_prices__first_changed_month') }}
-- Steps of one offer between two months in which it was read. A longer gap than the model allows
-- makes no step; a step that is too large and that no announced move explains is kept for review
-- and out of the index.
with offer_months as (
    select * from {{ ref('int_prices__offer_months') }}
),

events as (
    select * from {{ ref('int_prices__events') }}
),

organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
),

limits as (
    select
        max_months_between_matches as max_gap,
        price_jump_limit as jump_limit,
    from {{ constant_points('max_months_between_matches', 'price_jump_limit') }}
),

steps as (
    select
        offer_months.*,
        lag(month_start) over offer as month_before,
        lag(usd_per_gpu_hour) over offer as usd_per_gpu_hour_before,
        date_diff('month', lag(month_start) over offer, month_start) as months,
    from offer_months
    {%- if is_incremental() %}
    cross join limits
    -- earlier readings are too far away for a step
    where {{ is_changed_since('(month_start + to_months(limits.max_gap::integer))') }}
    {%- endif %}
    window offer as (partition by offer_key order by month_start)
),

measured as (
    select
        steps.*,
        ln(steps.usd_per_gpu_hour / steps.usd_per_gpu_hour_before) as log_step,
        abs(ln(steps.usd_per_gpu_hour / steps.usd_per_gpu_hour_before))
        > ln(limits.jump_limit) as is_jump,
    from steps
    cross join limits
    where
        steps.months <= limits.max_gap
        {%- if is_incremental() %}
        and {{ is_changed_since('steps.month_start') }}
        {%- endif %}
),

-- A move that is known by its range or quarter only may lie as far back as two readings may.
market_moves as (
    select
        events.*,
        case
            when events.date_precision in ('range', 'quarter')
                then (events.event_date - to_months(limits.max_gap::integer))::date
            else events.event_date
        end as earliest_on,
    from events
    cross join limits
    where
        events.event_kind = 'price_move'
        and events.direction in ('up', 'down')
),

explanations as (
    select
        measured.offer_key,
        measured.month_start,
        string_agg(distinct market_moves.event_id, ',' order by market_moves.event_id) as event_ids,
    from measured
    left join organisation_ids on measured.provider = organisation_ids.label
    inner join market_moves
        on
            (
                coalesce(organisation_ids.organisation_id, measured.provider)
                = market_moves.organisation_id
                or (
                    market_moves.segment in ('compute rental', 'rental index', 'spot index')
                    and (market_moves.region_id = 'CN') = (measured.region_id = 'CN')
                )
            )
            and coalesce(market_moves.chip_id = measured.chip_id, true)
            and (market_moves.direction = 'up') = (measured.log_step > 0)
            and date_trunc('month', market_moves.earliest_on) <= measured.month_start
            and date_trunc('month', market_moves.event_date) >= measured.month_before
    where measured.is_jump
    group by measured.offer_key, measured.month_start
),

-- the provider's own moves, and those of a market for the offers of that market
judged as (
    select
        measured.*,
        explanations.event_ids,
        measured.is_jump and explanations.event_ids is null as needs_review,
    from measured
    left join explanations
        on
            measured.offer_key = explanations.offer_key
            and measured.month_start = explanations.month_start
)

select
    offer_key,
    month_start as read_month,
    month_before,
    months,
    chip_id,
    provider,
    provider_type,
    region_id,
    commitment,
    usd_per_gpu_hour_before,
    usd_per_gpu_hour,
    log_step,
    is_jump,
    event_ids,
    needs_review,
    source_ids,
    known_on,
    confidence,
from judged
