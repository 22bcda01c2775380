-- What a running chip achieves of the reference, by workload and origin, on every draw: model FLOP
-- utilisation against the reference one, and the part of the time that work is not lost to
-- failures. One utilisation serves all chips, because measured equivalents already hold the chips'
-- differences.
with shared as (
    select
        draw,
        max(value) filter (where parameter = 'reference_mfu') as reference_mfu,
        max(value) filter (where parameter = 'mfu' and job_scale = 'large') as mfu_large,
        max(value) filter (where parameter = 'mfu' and job_scale = 'small') as mfu_small,
        max(value) filter (where parameter = 'lost_hours') as lost_hours,
        max(value) filter (where parameter = 'chips_per_large_job') as chips_per_job,
        max(value) filter (where parameter = 'goodput') as goodput_small,
    from {{ assumption_draws(
        'reference_mfu', 'mfu', 'lost_hours', 'chips_per_large_job', 'goodput'
    ) }}
    group by draw
),

failures as (
    select * from {{ assumption_draws('failures_per_1000_chip_days') }}
),

-- chips that came against the rules are foreign chips
by_origin as (
    select
        origins.origin,
        failures.draw,
        failures.value as failures_per_1000_chip_days,
    from (
        select origin from {{ assumption_points('cn_owner_share') }} group by origin
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
