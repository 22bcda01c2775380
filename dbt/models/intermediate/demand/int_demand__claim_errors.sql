-- What the account of one party's claim can miss beyond its stated amounts, as a factor on every draw:
-- as much as the whole account of claims can miss, with a deviate for each segment. Errors of single
-- parties cancel in part in their sum, whose own error is drawn where accounts are pooled; so this
-- factor is for claims that stand alone.
with chain_errors as (
    select * from {{ ref('int_demand__chain_errors') }}
    where
        chain = 'claims'
        and region_id = 'US'
        and workload_id = 'inference'
),

segments as (
    select * from {{ ref('stg_compute_claims__claim_segments') }}
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

uniforms as (
    select
        segments.segment,
        draws.draw,
        {{ uniform_deviate('build.seed', "'claim-missed:' || segments.segment", 'draws.draw') }}
            as u,
    from segments
    cross join draws
    cross join build
),

deviates as (
    select
        segment,
        draw,
        case when draw = 0 then 0.0 else {{ probit('u') }} end as z,
    from uniforms
)

select
    deviates.segment,
    chain_errors.quarter_start,
    deviates.draw,
    exp(chain_errors.log_sd * deviates.z) as factor,
from deviates
cross join chain_errors
