-- rounded, because the product of a year of steps is one only to the last bits where prices stood;
-- adding zero drops the sign of a rounded zero, which would otherwise hang on those bits
select
    month_start,
    region_id,
    chip_id,
    commitment,
    round(chained_change_pct, 6) + 0.0 as chained_change_pct,
    round(direct_change_pct, 6) + 0.0 as direct_change_pct,
    round(drift_pct, 6) + 0.0 as drift_pct,
    matched_offers,
    providers,
    source_ids,
    known_on,
    confidence,
from {{ ref('int_prices__index_drift') }}
