with claim_tests as (
    select * from {{ ref('int_claims__tests') }}
),

claims as (
    select * from {{ ref('int_claims__verdicts') }}
)

select
    test_id,
    claim_id,
    part,
    measure,
    unit,
    {{ significant('then_points.low') }} as value_then_low,
    {{ significant('then_points.middle') }} as value_then,
    {{ significant("nullif(then_points.high, 'infinity'::double)") }} as value_then_high,
    {{ significant('latest_points.low') }} as value_latest_low,
    {{ significant('latest_points.middle') }} as value_latest,
    {{ significant("nullif(latest_points.high, 'infinity'::double)") }} as value_latest_high,
    tested,
    test_unit,
    {{ significant('test_points.low') }} as tested_low,
    {{ significant('test_points.middle') }} as tested_value,
    {{ significant("nullif(test_points.high, 'infinity'::double)") }} as tested_high,
    comparison,
    threshold_low,
    threshold_high,
    verdict,
    basis,
    is_decisive,
    reasoning,
    missing,
    detail,
from claim_tests
-- tests are known on every day, the claims since the practitioner made them
where claim_id in (select claims.claim_id from claims)
