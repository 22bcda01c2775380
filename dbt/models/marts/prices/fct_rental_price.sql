select
    month_start,
    region_id,
    chip_id,
    provider_type,
    commitment,
    quotes,
    providers,
    is_press_report,
    {{ significant('usd_p25') }} as usd_per_gpu_hour_p25,
    {{ significant('usd_p50') }} as usd_per_gpu_hour_p50,
    {{ significant('usd_p75') }} as usd_per_gpu_hour_p75,
    quotes_excluded,
    source_ids,
    known_on,
    confidence,
from {{ ref('int_prices__month_rents') }}
-- a month in which every quote is excluded has no price
where quotes > 0
