{{ config(materialized='view') }}
-- One verdict per claim out of those of its parts. Parts that agree give their verdict, parts that
-- differ make it mixed. A part without data leaves the others to decide, unless the claim is open
-- as long as that part is.
with claims as (
    select * from {{ ref('stg_seed_claims__seed_claims') }}
),

claim_tests as (
    select * from {{ ref('int_claims__tests') }}
),

-- the first part carries the measure that is published with the claim
ordered as (
    select
        *,
        row_number() over (partition by claim_id order by then_points is null, test_id) as place,
        part || ': ' || case
            when basis = 'untestable' then 'open; ' || rtrim(reasoning, '.')
            when basis = 'construction' then 'by construction; ' || rtrim(reasoning, '.')
            when verdict = 'not_testable_yet' then 'open, no data on ' || measure
            else verdict
            || case when basis = 'assumption' then ' by assumption' else '' end
            || ', ' || {{ shown_points('test_points') }} || ' ' || replace(test_unit, '_', ' ')
            || ' (' || tested || '), to be ' || replace(comparison, '_', ' ') || ' '
            || {{ shown_number('threshold_low') }}
            || case
                when comparison = 'between' then ' and ' || {{ shown_number('threshold_high') }}
                else ''
            end
        end
        || case when detail is not null and basis <> 'untestable' then '; ' || detail else '' end
        || case
            when missing is null then ''
            when verdict = 'not_testable_yet' then '. Needed: ' || rtrim(missing, '.')
            else '. Better data: ' || rtrim(missing, '.')
        end
            as sentence,
    from claim_tests
),

combined as (
    select
        claim_id,
        any_value(measure) filter (where place = 1) as measure,
        any_value(unit) filter (where place = 1) as unit,
        any_value(then_points) filter (where place = 1) as then_points,
        any_value(latest_points) filter (where place = 1) as latest_points,
        count(*) filter (where verdict <> 'not_testable_yet') as tested_parts,
        count(*) filter (where verdict = 'supported') as supported_parts,
        count(*) filter (where verdict = 'refuted') as refuted_parts,
        count(*) filter (where verdict = 'not_testable_yet' and is_decisive) as open_decisive_parts,
        count(*) as parts,
        coalesce(
            bool_or(basis in ('assumption', 'construction')) filter (where verdict = 'supported'),
            false
        ) as rests_on_judgement,
        string_agg(sentence || '.', ' ' order by test_id) as evidence,
    from ordered
    group by claim_id
),

decided as (
    select
        *,
        case
            when tested_parts = 0 or open_decisive_parts > 0 then 'not_testable_yet'
            when supported_parts = tested_parts then 'supported'
            when refuted_parts = tested_parts then 'refuted'
            else 'mixed'
        end as verdict,
    from combined
)

select
    claims.claim_id,
    claims.claim,
    claims.claim_zh,
    claims.topic,
    claims.said_on,
    claims.speaker,
    claims.horizon,
    decided.measure,
    decided.unit,
    decided.then_points,
    decided.latest_points,
    decided.verdict,
    decided.rests_on_judgement and decided.verdict <> 'not_testable_yet' as holds_by_assumption,
    decided.evidence,
    decided.parts,
    decided.tested_parts,
    claims.source_id,
    claims.known_on,
    claims.confidence,
from claims
left join decided on claims.claim_id = decided.claim_id
