-- Every claim of the registry has exactly one verdict and at least one test, every test belongs to a
-- claim, and every test that is not marked as untestable is measured by a model.
with claims as (
    select * from {{ ref('stg_seed_claims__seed_claims') }}
),

registered_tests as (
    select * from {{ ref('stg_seed_claims__claim_tests') }}
),

claim_tests as (
    select * from {{ ref('int_claims__tests') }}
),

verdicts as (
    select * from {{ ref('fct_seed_claim') }}
),

verdict_counts as (
    select
        claim_id,
        count(*) as verdicts,
    from verdicts
    group by claim_id
)

select
    claims.claim_id as subject,
    'no single verdict' as problem,
from claims
left join verdict_counts on claims.claim_id = verdict_counts.claim_id
where coalesce(verdict_counts.verdicts, 0) <> 1

union all

select
    claims.claim_id as subject,
    'no test' as problem,
from claims
left join registered_tests on claims.claim_id = registered_tests.claim_id
where registered_tests.test_id is null

union all

select
    registered_tests.test_id as subject,
    'no such claim' as problem,
from registered_tests
left join claims on registered_tests.claim_id = claims.claim_id
where claims.claim_id is null and exists (select 1 from claims)

union all

-- on an early day a model may have nothing to measure; then it has no figure, and still its row
select
    claim_tests.test_id as subject,
    'measured by no model' as problem,
from claim_tests
where
    not claim_tests.has_reading
    and claim_tests.basis <> 'untestable'
    and exists (select 1 from {{ ref('int_balance__supply_draws') }})
