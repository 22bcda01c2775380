-- Training runs with region, size class and the width of their compute estimate. Only compute that
-- a model adds to its base counts: where that is not known, or the same run stands under another
-- model, the row adds nothing. The class rests on central values, so a run never changes class over
-- draws.
with training_runs as (
    select * from {{ ref('stg_training_runs__training_runs') }}
),

countries as (
    select * from {{ ref('stg_countries__countries') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

constants as (
    select *
    from {{ constant_points(
        'reference_mfu', 'large_job_accelerators', 'release_lag_days', 'max_log_sd'
    ) }}
),

durations as (
    select * from {{ assumption_points('run_days') }}
),

-- The grades Speculative and Unknown share one row; a run without a grade, or with one that is not
-- in the registry, is as uncertain as those.
widths as (
    select
        grade,
        ln(value_high) / 1.6448536269514722 as log_sd,
    from (
        select
            unnest([epoch_confidence, also_epoch_confidence]) as grade,
            value_high,
        from {{ assumption_points('flop_factor_width') }}
    )
    where grade is not null
),

widest as (
    select max(log_sd) as log_sd
    from widths
),

default_chips as (
    select
        defaults.region_id,
        defaults.valid_from,
        defaults.valid_to,
        chips.dense_fp16_tflops,
    from {{ assumption_points('default_training_chip') }} as defaults
    inner join chips on defaults.chip_id = chips.chip_id
),

-- a project of several nations has no home region and counts in the rest of the world
runs as (
    select
        training_runs.model_id,
        coalesce(countries.region_id, 'ROW') as region_id,
        training_runs.model_published_on,
        training_runs.incremental_compute_flop as flop,
        training_runs.chip_count,
        chips.dense_fp16_tflops as own_tflops,
        training_runs.duration_days as stated_days,
        training_runs.epoch_confidence,
        training_runs.source_id,
        training_runs.known_on,
    from training_runs
    left join countries on training_runs.country_code = countries.country_code
    left join chip_ids on training_runs.chip_label = chip_ids.label
    left join chips on chip_ids.chip_id = chips.chip_id
    where training_runs.incremental_compute_flop > 0
),

timed as (
    select
        runs.*,
        durations.assumption_id as duration_assumption_id,
        coalesce(runs.stated_days, durations.value_central) as central_days,
        runs.model_published_on - constants.release_lag_days::integer as central_end_on,
    from runs
    cross join constants
    left join durations
        on
            runs.flop >= coalesce(durations.flop_from, 0)
            and coalesce(runs.flop < durations.flop_below, true)
)

select
    timed.model_id,
    timed.region_id,
    timed.model_published_on,
    timed.flop,
    timed.stated_days,
    timed.duration_assumption_id,
    timed.central_end_on,
    (timed.central_end_on - timed.central_days::integer)::date as central_start_on,
    coalesce(
        timed.chip_count,
        timed.flop / (
            coalesce(timed.own_tflops, default_chips.dense_fp16_tflops) * 1e12
            * constants.reference_mfu * timed.central_days * 86400
        )
    ) as implied_chip_count,
    coalesce(
        timed.chip_count,
        timed.flop / (
            coalesce(timed.own_tflops, default_chips.dense_fp16_tflops) * 1e12
            * constants.reference_mfu * timed.central_days * 86400
        )
    ) >= constants.large_job_accelerators as is_large,
    least(coalesce(widths.log_sd, widest.log_sd), constants.max_log_sd) as log_sd,
    timed.source_id,
    timed.known_on,
from timed
cross join constants
cross join widest
left join widths on timed.epoch_confidence = widths.grade
left join default_chips
    on
        timed.region_id = default_chips.region_id
        and default_chips.valid_from <= timed.central_end_on
        and coalesce(default_chips.valid_to > timed.central_end_on, true)
-- runs that ended before the defaults begin lie before every quarter of the balance
where default_chips.region_id is not null
