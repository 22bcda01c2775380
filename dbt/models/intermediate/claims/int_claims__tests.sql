-- Every test of a part of a claim with its readings and its verdict. The interval decides: supported
-- where all of it meets the bounds, refuted where none of it does, mixed in between. What only the
-- construction of the model decides is supported by name, and what no data decide stays open.
with claim_tests as (
    select * from {{ ref('stg_seed_claims__claim_tests') }}
),

readings as (
    {%- for model in [
        'int_claims__on_balance',
        'int_claims__on_demand',
        'int_claims__on_stock',
        'int_claims__on_arrivals',
        'int_claims__on_rents',
        'int_claims__on_premiums',
        'int_claims__on_costs',
        'int_claims__on_substitutes',
        'int_claims__on_deliveries',
        'int_claims__on_releases',
        'int_claims__on_use',
        'int_claims__on_owners',
        'int_claims__on_judgements',
        'int_claims__on_rules',
    ] %}
    select * from {{ ref(model) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

-- on an early day neither the newest quarter nor the period that is judged may have come
joined as (
    select
        claim_tests.*,
        readings.then_points,
        case when claim_quarters.latest_quarter is not null then readings.latest_points end
            as latest_points,
        case
            when
                claim_tests.judged_from is null
                or claim_tests.judged_from <= claim_quarters.latest_end
                then readings.test_points
        end as test_points,
        readings.detail,
        readings.test_id is not null as has_reading,
    from claim_tests
    left join readings on claim_tests.test_id = readings.test_id
    left join claim_quarters on true
)

select
    test_id,
    claim_id,
    part,
    measure,
    unit,
    tested,
    test_unit,
    comparison,
    threshold_low,
    threshold_high,
    basis,
    is_decisive,
    reasoning,
    missing,
    then_points,
    latest_points,
    test_points,
    detail,
    has_reading,
    case basis
        when 'untestable' then 'not_testable_yet'
        when 'construction' then 'supported'
        else coalesce(
            {{ claim_verdict('test_points', 'comparison', 'threshold_low', 'threshold_high') }},
            'not_testable_yet'
        )
    end as verdict,
from joined
