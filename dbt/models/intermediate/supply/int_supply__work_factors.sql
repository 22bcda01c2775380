-- What a running chip achieves of the reference, by workload and origin, on every draw: model FLOP
-- utilisation against the reference one, and the part of the time that work is not lost to
-- failures. One utilisation serves all chips, because measured equivalents already hold the chips'
-- differences.
with assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

assumption_draws as (
    select * from {{ ref('int_inputs__assumption_draws') }}
),

shared as (
    select
        assumption_draws.draw,
        max(assumption_draws.value) filter (where assumptions.parameter = 'reference_mfu')
            as reference_mfu,
        max(assumption_draws.value) filter (
            where assumptions.parameter = 'mfu' and assumptions.job_scale = 'large'
        ) as mfu_large,
        max(assumption_draws.value) filter (
            where assumptions.parameter = 'mfu' and assumptions.job_scale = 'small'
        ) as mfu_small,
        max(assumption_draws.value) filter (where assumptions.parameter = 'lost_hours')
            as lost_hours,
        max(assumption_draws.value) filter (where assumptions.parameter = 'chips_per_large_job')
            as chips_per_job,
        max(assumption_draws.value) filter (where assumptions.parameter = 'goodput')
            as goodput_small,
    from assumptions
    inner join assumption_draws on assumptions.assumption_id = assumption_draws.assumption_id
    where assumptions.parameter in (
        'reference_mfu', 'mfu', 'lost_hours', 'chips_per_large_job', 'goodput'
    )
    group by assumption_draws.draw
),

failures as (
    select
        assumptions.origin,
        assumption_draws.draw,
        assumption_draws.value as failures_per_1000_chip_days,
    from assumptions
    inner join assumption_draws on assumptions.assumption_id = assumption_draws.assumption_id
    where assumptions.parameter = 'failures_per_1000_chip_days'
),

-- chips that came against the rules are foreign chips
by_origin as (
    select
        origins.origin,
        failures.draw,
        failures.failures_per_1000_chip_days,
    from (
        select origin from assumptions where parameter = 'cn_owner_share' group by origin
    ) as origins
    inner join failures
        on
            failures.origin
            = case when origins.origin = 'domestic' then 'domestic' else 'foreign' end
)

select
    by_origin.origin,
    by_origin.draw,
    shared.mfu_large / shared.reference_mfu as large_utilisation,
    1 / (
        1
        + by_origin.failures_per_1000_chip_days / 1000 * shared.chips_per_job
        * shared.lost_hours / 24
    ) as large_goodput,
    shared.mfu_small / shared.reference_mfu as small_utilisation,
    shared.goodput_small as small_goodput,
from by_origin
inner join shared on by_origin.draw = shared.draw
