{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('month_start') }}"
) }}
-- depends_on: {{ ref('int_prices__first_changed_month') }}
-- One price per offer and month: the median of its readings.
with readings as (
    select * from {{ ref('int_prices__offer_readings') }}
)

select
    offer_key,
    month_start,
    chip_id,
    provider,
    -- trackers may take one provider for two kinds
    min(provider_type) as provider_type,
    region_id,
    commitment,
    median(usd_per_gpu_hour) as usd_per_gpu_hour,
    count(*) as quotes,
    string_agg(distinct source_id, ',' order by source_id) as source_ids,
    max(known_on) as known_on,
    {{ weakest_confidence('confidence') }} as confidence,
from readings
where
    exclusion_reason is null
    {%- if is_incremental() %}
    and {{ is_changed_since('last_observed_on') }}
    and {{ is_changed_since('month_start') }}
    {%- endif %}
group by offer_key, month_start, chip_id, provider, region_id, commitment
