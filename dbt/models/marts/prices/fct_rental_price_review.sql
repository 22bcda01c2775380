select
    offer_key,
    read_month,
    month_before,
    months as gap_months,
    chip_id,
    provider,
    region_id,
    commitment,
    usd_per_gpu_hour_before,
    usd_per_gpu_hour,
    100 * (usd_per_gpu_hour / usd_per_gpu_hour_before - 1) as change_pct,
    needs_review,
    event_ids,
    source_ids,
    known_on,
    confidence,
from {{ ref('int_prices__offer_steps') }}
where is_jump
