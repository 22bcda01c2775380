with claims as (
    select * from {{ ref('int_claims__verdicts') }}
)

select
    claim_id,
    claim,
    claim_zh,
    topic,
    said_on,
    measure,
    {{ significant('then_points.middle') }} as value_then,
    {{ significant('latest_points.middle') }} as value_latest,
    verdict,
    holds_by_assumption,
    evidence,
    unit,
    {{ significant('then_points.low') }} as value_then_low,
    {{ significant("nullif(then_points.high, 'infinity'::double)") }} as value_then_high,
    {{ significant('latest_points.low') }} as value_latest_low,
    {{ significant("nullif(latest_points.high, 'infinity'::double)") }} as value_latest_high,
    parts,
    tested_parts,
    speaker,
    horizon,
    source_id as source_ids,
    known_on,
    confidence,
from claims
