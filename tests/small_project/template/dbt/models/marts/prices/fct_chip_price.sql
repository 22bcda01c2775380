select
    quarter_start,
    chip_id,
    quotes,
    {{ significant('usd_per_hour_p50') }} as usd_per_hour_p50,
    source_ids,
    known_on,
    confidence,
from {{ ref('int_prices__chip_quarters') }}
