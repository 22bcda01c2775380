-- rounded, because the product of a year of steps is one only to the last bits where prices stood;
-- what rounds to zero is zero itself, whose sign would otherwise hang on those bits
select
    month_start,
    region_id,
    chip_id,
    commitment,
    case when abs(chained_change_pct) < 5e-7 then 0 else round(chained_change_pct, 6) end as chained_change_pct,
    case when abs(direct_change_pct) < 5e-7 then 0 else round(direct_change_pct, 6) end as direct_change_pct,
    case when abs(drift_pct) < 5e-7 then 0 else round(drift_pct, 6) end as drift_pct,
    matched_offers,
    providers,
    source_ids,
    known_on,
    confidence,
from {{ ref('int_prices__index_drift') }}
