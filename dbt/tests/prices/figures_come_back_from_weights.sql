-- Changes around events, and those of their controls, come back from the prices of the offers that
-- are said to stand behind them, times their weights.
with studies as (
    select * from {{ ref('fct_price_event_study') }}
),

study_inputs as (
    select * from {{ ref('brg_price_event_study') }}
),

offers as (
    select * from {{ ref('fct_rental_offer') }}
),

changes as (
    select
        studies.event_id || '|' || studies.region_id || '|' || studies.chip_id || '|'
        || studies.commitment || '|' || studies.window_days as key,
        any_value(studies.change_pct) as change_pct,
        any_value(studies.control_change_pct) as control_change_pct,
        sum(study_inputs.weight * ln(offers.usd_per_gpu_hour)) filter (
            where study_inputs.step in ('price before', 'price after')
        ) as log_change,
        sum(study_inputs.weight * ln(offers.usd_per_gpu_hour)) filter (
            where study_inputs.step in ('control: price before', 'control: price after')
        ) as control_log_change,
    from studies
    left join study_inputs
        on
            studies.event_id = study_inputs.event_id
            and studies.region_id = study_inputs.region_id
            and studies.chip_id = study_inputs.chip_id
            and studies.commitment = study_inputs.commitment
            and studies.window_days = study_inputs.window_days
            and study_inputs.input_table = 'fct_rental_offer'
    left join offers on study_inputs.input_key = offers.offer_id
    group by
        studies.event_id,
        studies.region_id,
        studies.chip_id,
        studies.commitment,
        studies.window_days
),

compared as (
    select
        'change' as figure,
        key,
        change_pct as published,
        100 * (exp(log_change) - 1) as found,
    from changes

    union all

    select
        'control' as figure,
        key,
        control_change_pct as published,
        100 * (exp(control_log_change) - 1) as found,
    from changes
)

select *
from compared
where
    (published is null) <> (found is null)
    or abs(published - found) > 1e-6
