select
    measure,
    estimate_id,
    subject,
    period_start,
    vintage_on,
    change,
    value,
    previous_value,
    {{ significant("change_pct") }} as change_pct,
    source_ids,
    known_on,
    confidence,
from {{ ref('int_upkeep__estimate_revisions') }}
