-- Demand by the region it arises in, before anything moves, on every draw: components side by side.
-- Failed, unpublished and experimental work are factors on observed final runs. A component that is
-- not observed is null, and so is a total that has nothing but the base beneath it.
with run_series as (
    select * from {{ ref('int_demand__run_series') }}
),

token_demand as (
    select * from {{ ref('int_demand__token_demand') }}
),

base_load as (
    select * from {{ ref('int_demand__base_load') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

unobserved as (
    select
        judged.region_id,
        quarters.quarter_start,
        judged.draw,
        judged.value as unobserved_factor,
    from {{ assumption_draws('unobserved_factor') }} as judged
    inner join quarters
        on
            judged.valid_from <= quarters.quarter_start
            and coalesce(judged.valid_to > quarters.quarter_start, true)
),

factors as (
    select *
    from {{ constant_draws(
        'experiment_factor_large', 'experiment_factor_small', 'unobserved_factor_small'
    ) }}
),

runs as (
    select
        unobserved.region_id,
        unobserved.quarter_start,
        unobserved.draw,
        unobserved.unobserved_factor,
        large.h100e as large_h100e,
        small.h100e as small_h100e,
        large.is_nowcast as large_is_nowcast,
        small.is_nowcast as small_is_nowcast,
        factors.experiment_factor_large as experiment_large,
        factors.experiment_factor_small as experiment_small,
        factors.unobserved_factor_small as small_run_factor,
    from unobserved
    inner join factors on unobserved.draw = factors.draw
    left join run_series as large
        on
            large.is_large
            and unobserved.region_id = large.region_id
            and unobserved.quarter_start = large.quarter_start
            and unobserved.draw = large.draw
    left join run_series as small
        on
            not small.is_large
            and unobserved.region_id = small.region_id
            and unobserved.quarter_start = small.quarter_start
            and unobserved.draw = small.draw
)

select
    region_id,
    quarter_start,
    'training_large' as workload_id,
    draw,
    large_h100e as observed_runs,
    large_h100e * (unobserved_factor - 1) as unobserved_runs,
    large_h100e * unobserved_factor * (experiment_large - 1) as experiments,
    null::double as small_runs,
    null::double as base_load,
    null::double as tokens,
    null::double as nontoken_generative,
    large_h100e * unobserved_factor * experiment_large as generative,
    coalesce(large_is_nowcast, false) as is_nowcast,
from runs

union all

select
    runs.region_id,
    runs.quarter_start,
    'training_small' as workload_id,
    runs.draw,
    runs.small_h100e as observed_runs,
    null::double as unobserved_runs,
    runs.large_h100e * runs.unobserved_factor * runs.experiment_small as experiments,
    runs.small_h100e * (runs.small_run_factor - 1) as small_runs,
    base_load.h100e as base_load,
    null::double as tokens,
    null::double as nontoken_generative,
    runs.small_h100e * runs.small_run_factor
    + coalesce(runs.large_h100e * runs.unobserved_factor * runs.experiment_small, 0)
        as generative,
    coalesce(runs.large_is_nowcast, false) or coalesce(runs.small_is_nowcast, false) as is_nowcast,
from runs
left join base_load
    on
        runs.region_id = base_load.region_id
        and runs.quarter_start = base_load.quarter_start
        and base_load.workload_id = 'training_small'
        and runs.draw = base_load.draw

union all

select
    unobserved.region_id,
    unobserved.quarter_start,
    'inference' as workload_id,
    unobserved.draw,
    null::double as observed_runs,
    null::double as unobserved_runs,
    null::double as experiments,
    null::double as small_runs,
    base_load.h100e as base_load,
    token_demand.tokens_h100e as tokens,
    token_demand.nontoken_generative_h100e as nontoken_generative,
    token_demand.tokens_h100e + token_demand.nontoken_generative_h100e as generative,
    coalesce(token_demand.is_extrapolated, false) as is_nowcast,
from unobserved
left join token_demand
    on
        unobserved.region_id = token_demand.region_id
        and unobserved.quarter_start = token_demand.quarter_start
        and unobserved.draw = token_demand.draw
left join base_load
    on
        unobserved.region_id = base_load.region_id
        and unobserved.quarter_start = base_load.quarter_start
        and base_load.workload_id = 'inference'
        and unobserved.draw = base_load.draw
