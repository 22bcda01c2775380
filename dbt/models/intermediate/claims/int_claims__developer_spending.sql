-- What the published training runs of Chinese developers would cost in a year on the chip that does
-- the work for least in China: the runs alone, and with the factors for unpublished runs and
-- experiments at their central and high values.
with training_runs as (
    select * from {{ ref('int_demand__training_runs') }} where region_id = 'CN'
),

named_runs as (
    select * from {{ ref('stg_training_runs__training_runs') }}
),

gpu_hour_costs as (
    select * from {{ ref('int_prices__gpu_hour_costs') }} where region_id = 'CN'
),

chip_equivalents as (
    select * from {{ ref('int_reference__chip_equivalents') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

exchange_rates as (
    select * from {{ ref('stg_exchange_rates__fx_rates') }} where base = 'USD' and quote = 'CNY'
),

-- useful FLOP of an hour of the yardstick chip at the reference utilisation; tera is 1e12
yardstick as (
    select
        chips.dense_fp16_tflops * 1e12 * 3600 * constants.reference_mfu as flop_per_h100e_hour,
        experiments.value_central as experiments,
        experiments.value_high as experiments_high,
    from chips
    cross join {{ constant_points('reference_mfu') }} as constants
    cross join {{ assumption_points('experiment_factor_large') }} as experiments
    where chips.chip_id = '{{ var("yardstick_chip") }}'
),

unobserved as (
    select *
    from {{ assumption_points('unobserved_factor') }}
    where region_id = 'CN'
),

-- the cheapest hour of an H100 equivalent in a quarter
cheapest as (
    select
        gpu_hour_costs.quarter_start,
        min(gpu_hour_costs.usd_points.p50 / chip_equivalents.h100e_training) as usd_per_h100e_hour,
    from gpu_hour_costs
    inner join chip_equivalents on gpu_hour_costs.chip_id = chip_equivalents.chip_id
    where chip_equivalents.h100e_training > 0
    group by gpu_hour_costs.quarter_start
),

-- quarters have their rate and cost; a run before the first of them has none and does not count
runs as (
    select
        named_runs.lead_developer as developer,
        year(training_runs.model_published_on) as published_year,
        training_runs.flop,
        training_runs.flop / yardstick.flop_per_h100e_hour
        * cheapest.usd_per_h100e_hour * exchange_rates.rate as runs_cny,
        unobserved.value_central * yardstick.experiments as factor,
        unobserved.value_high * yardstick.experiments_high as factor_high,
    from training_runs
    inner join named_runs on training_runs.model_id = named_runs.model_id
    cross join yardstick
    inner join cheapest
        on date_trunc('quarter', training_runs.model_published_on) = cheapest.quarter_start
    inner join exchange_rates
        on training_runs.model_published_on between
            exchange_rates.period_start and exchange_rates.period_end
    inner join unobserved
        on
            training_runs.model_published_on >= unobserved.valid_from
            and coalesce(training_runs.model_published_on < unobserved.valid_to, true)
)

select
    developer,
    published_year,
    count(*) as runs,
    {{ ordered_sum('flop') }} as flop,
    {{ ordered_sum('runs_cny') }} as runs_cny_per_year,
    {{ ordered_sum('runs_cny * factor') }} as central_cny_per_year,
    {{ ordered_sum('runs_cny * factor_high') }} as high_cny_per_year,
from runs
group by developer, published_year
