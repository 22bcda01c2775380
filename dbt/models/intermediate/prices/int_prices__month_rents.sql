-- Spread of the rents of a month over all readings that are in use.
with readings as (
    select * from {{ ref('int_prices__offer_readings') }}
)

select
    month_start,
    region_id,
    chip_id,
    provider_type,
    commitment,
    count(*) filter (where exclusion_reason is null) as quotes,
    count(*) filter (where exclusion_reason is not null) as quotes_excluded,
    count(distinct provider) filter (where exclusion_reason is null) as providers,
    bool_and(is_press_report) filter (where exclusion_reason is null) as is_press_report,
    quantile_cont(usd_per_gpu_hour, 0.25) filter (where exclusion_reason is null) as usd_p25,
    quantile_cont(usd_per_gpu_hour, 0.5) filter (where exclusion_reason is null) as usd_p50,
    quantile_cont(usd_per_gpu_hour, 0.75) filter (where exclusion_reason is null) as usd_p75,
    string_agg(distinct source_id, ',' order by source_id) filter (where exclusion_reason is null)
        as source_ids,
    max(known_on) filter (where exclusion_reason is null) as known_on,
    {{ weakest_confidence('confidence') }} filter (where exclusion_reason is null) as confidence,
from readings
where
    chip_id is not null
    and usd_per_gpu_hour is not null
group by month_start, region_id, chip_id, provider_type, commitment
