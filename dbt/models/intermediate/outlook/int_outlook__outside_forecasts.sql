{{ config(materialized='view') }}
-- What others said, with what came: the logarithm of said over came, and the same by groups. Forecasts
-- that match only partly are told apart; a group counts whole and partial matches that have numbers on both
-- sides. Ours for the same quarter stands beside where one measure says the same.
with forecasts as (
    select * from {{ ref('stg_outside_forecasts__forecasts') }}
),

outcomes as (
    select * from {{ ref('stg_outside_forecasts__forecast_outcomes') }}
),

outlooks as (
    select * from {{ ref('int_outlook__outlooks') }}
    where
        yardstick in ('8bit', 'it_power')
        and scenario_id = 'baseline'
        and growth_scenario_id = 'expected'
        and workload_id = 'all'
        and access = 'all'
),

joined as (
    select
        forecasts.*,
        coalesce(outcomes.outcome_match, 'open') as outcome_match,
        outcomes.outcome_value,
        outcomes.outcome_on,
        outcomes.outcome_text,
        outcomes.known_on as outcome_known_on,
        outcomes.source_title as outcome_source,
        case
            when forecasts.value_central > 0 and outcomes.outcome_value > 0
                then ln(forecasts.value_central / outcomes.outcome_value)
        end as log_ratio,
        case
            when forecasts.value_low is not null and forecasts.value_high is not null
                then outcomes.outcome_value between forecasts.value_low and forecasts.value_high
        end as is_inside_range,
        date_diff('day', forecasts.central_on, outcomes.outcome_on) as late_days,
        outlooks.value_p05,
        outlooks.value_p50,
        outlooks.value_p95,
        -- ours counts power in megawatts
        case when forecasts.unit = 'gw' then 1000 else 1 end as units_per_unit,
    from forecasts
    left join outcomes on forecasts.forecast_id = outcomes.forecast_id
    left join outlooks
        on
            forecasts.comparable_measure = outlooks.measure
            and forecasts.comparable_quarter = outlooks.quarter_start
            and forecasts.region_id = outlooks.region_id
)

select
    forecast_id,
    forecast_group,
    made_on,
    target_period,
    period_end,
    region_id,
    quantity,
    value_low,
    value_central,
    value_high,
    central_on,
    unit,
    outcome_match,
    outcome_value,
    outcome_on,
    outcome_text,
    outcome_known_on,
    outcome_source,
    log_ratio,
    is_inside_range,
    late_days,
    count(log_ratio) over by_group as group_cases,
    avg(case when log_ratio is not null then (log_ratio < 0)::integer end) over by_group
        as group_share_too_low,
    exp(median(log_ratio) over by_group) as group_median_ratio,
    comparable_measure,
    value_p05 / units_per_unit as our_value_p05,
    value_p50 / units_per_unit as our_value_p50,
    value_p95 / units_per_unit as our_value_p95,
    source_publisher,
    source_title,
    source_url,
    source_id,
    known_on,
    confidence,
    note,
from joined
window by_group as (partition by forecast_group)
