-- Two rows of one parameter for the same scope and time would both be taken: a share would count
-- twice. So the next row of a scope begins when the one before has ended, and not earlier.
with assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

followed as (
    select
        parameter,
        assumption_id,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        valid_to,
        lead(assumption_id) over scope as next_assumption_id,
        lead(coalesce(valid_from, date '0001-01-01')) over scope as next_valid_from,
    from assumptions
    window scope as (
        partition by
            parameter, region_id, also_region_id, chip_id, also_chip_id, vendor, owner, owner_type,
            owner_group, origin, market, workload_id, job_scale, package_class, yardstick, series,
            indicator, commitment, chain, claim_class, claim_group, reading, epoch_confidence,
            also_epoch_confidence, growth_scenario, rule_scenario, quarter_of_year, flop_from,
            flop_below, on_date
        order by valid_from nulls first
    )
)

select
    parameter,
    assumption_id,
    valid_from,
    valid_to,
    next_assumption_id,
    next_valid_from,
from followed
where
    next_assumption_id is not null
    and (
        valid_from = next_valid_from
        or coalesce(valid_to > next_valid_from, true)
    )
