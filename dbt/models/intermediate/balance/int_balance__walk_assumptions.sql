-- Which rows of the assumptions stand behind a step of the walk, by region, quarter and kind of
-- work.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

{#- section, step, workloads, parameters that the step reads -#}
{% set readers = [
    ('supply', 'nominal', 'all', [
        'weibull_scale', 'weibull_shape', 'opening_stock', 'opening_age', 'deployment_share',
        'nowcast_growth', 'domestic_units', 'cn_other_cards', 'cn_licensed_units', 'diverted_units',
    ]),
    ('supply', 'deployed', 'all', ['deployment_lag', 'weibull_scale', 'weibull_shape']),
    ('supply', 'powered', 'all', [
        'powered_share', 'tracked_power_share', 'it_power_per_chip', 'it_power_tdp_multiple',
    ]),
    ('supply', 'suitable', 'training_large', ['large_cluster_share']),
    ('supply', 'at_utilisation', 'training', ['mfu', 'reference_mfu']),
    ('supply', 'after_failures', 'training_large', ['failures_per_1000_chip_days', 'chips_per_large_job', 'lost_hours']),
    ('supply', 'after_failures', 'training_small', ['goodput']),
    ('supply', 'after_software', 'all', ['software_factor']),
    ('supply', 'usable', 'all', ['achievable_occupancy', 'cn_owner_share']),
    ('supply', 'merchant', 'all', ['merchant_share', 'cn_owner_share', 'merchant_large_factor']),
    ('demand', 'observed_runs', 'training', [
        'smoothing_quarters', 'release_lag_days', 'run_days', 'reference_mfu',
        'large_job_accelerators', 'final_run_growth',
    ]),
    ('demand', 'unobserved_runs', 'training_large', ['unobserved_factor']),
    ('demand', 'experiments', 'training_large', ['experiment_factor_large']),
    ('demand', 'experiments', 'training_small', ['unobserved_factor', 'experiment_factor_small']),
    ('demand', 'small_runs', 'training_small', ['unobserved_factor_small']),
    ('demand', 'base_load', 'all', ['base_load_share', 'base_growth']),
    ('demand', 'tokens_per_day', 'inference', ['token_anchor', 'token_scope_factor', 'token_share', 'serving_region_share', 'growth_after_last_observation']),
    ('demand', 'compute_per_token', 'inference', ['h100e_per_1e12_tokens_day']),
    ('demand', 'tokens', 'inference', ['model_size_factor']),
    ('demand', 'nontoken_generative', 'inference', ['nontoken_factor']),
    ('demand', 'moved_out', 'all', ['demand_abroad_share']),
    ('demand', 'moved_in', 'all', ['demand_abroad_share']),
    ('demand', 'wanted', 'all', ['wanted_factor', 'wanted_by_reading']),
    ('demand', 'rented', 'all', ['rented_demand_share']),
    ('balance', 'supply', 'all', ['allocation_rule']),
] %}

readers as (
    {%- for section, step, workloads, parameters in readers %}
    select
        '{{ section }}' as section,
        '{{ step }}' as step,
        '{{ workloads }}' as workloads,
        unnest([
            {%- for parameter in parameters %}
            '{{ parameter }}'{{ ',' if not loop.last }}
            {%- endfor %}
        ]) as parameter,
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

regions as (
    select unnest(['US', 'CN', 'ROW']) as region_id
),

workloads as (
    select unnest(['training_large', 'training_small', 'inference']) as workload_id
),

-- what chips need counts where powered chips are held against live power
bounded as (
    select
        region_id,
        valid_from,
        valid_to,
    from {{ cited_assumptions(['tracked_power_share']) }}
),

-- where a quarter has statements, they decide what was wanted, and the year does not
statements as (
    select
        region_id,
        quarter_start,
        reading,
    from {{ ref('stg_constraint_statements__constraint_statements') }}
    where channel not in ('owner_idle', 'price_move')
)

select
    quarters.quarter_start,
    regions.region_id,
    workloads.workload_id,
    readers.section,
    readers.step,
    string_agg(
        distinct assumptions.assumption_id, ',' order by assumptions.assumption_id
    ) as assumption_ids,
from readers
inner join workloads
    on readers.workloads = 'all' or starts_with(workloads.workload_id, readers.workloads)
inner join {{ cited_assumptions(readers | map(attribute=3) | sum(start=[]) | unique) }} as assumptions
    on readers.parameter = assumptions.parameter
cross join regions
inner join quarters
    on
        -- a curve is read between its rows, so neighbours in time count as well
        readers.parameter in ('h100e_per_1e12_tokens_day', 'token_anchor')
        or (
            coalesce(assumptions.valid_from <= quarters.quarter_start, true)
            and coalesce(assumptions.valid_to > quarters.quarter_start, true)
        )
        or (
            readers.parameter in (
                'powered_share', 'large_cluster_share', 'software_factor',
                'domestic_units', 'cn_other_cards', 'diverted_units', 'wanted_factor'
            )
            and abs(date_diff(
                'month', assumptions.valid_from + interval 6 month, quarters.quarter_start
            )) < 12
        )
where
    (
        assumptions.region_id is null
        or assumptions.region_id = regions.region_id
        -- what moves to the rest of the world left elsewhere, and its tokens are partly American
        or (
            regions.region_id = 'ROW'
            and (
                readers.step = 'moved_in'
                or (
                    readers.step in ('tokens_per_day', 'tokens')
                    and assumptions.region_id = 'US'
                )
            )
        )
        or (
            readers.parameter = 'deployment_share'
            and regions.region_id = 'ROW'
        )
    )
    and (
        assumptions.workload_id is null
        or assumptions.workload_id in (workloads.workload_id, 'base')
        or starts_with(workloads.workload_id, assumptions.workload_id)
    )
    and (
        assumptions.job_scale is null
        or workloads.workload_id = 'training_' || assumptions.job_scale
    )
    -- owners of the estimator do not stand in China
    and not (
        regions.region_id = 'CN'
        and readers.parameter in ('merchant_share', 'deployment_share')
        and assumptions.owner is not null
    )
    and (
        regions.region_id = 'CN'
        or readers.parameter not in ('software_factor', 'token_share')
    )
    and (
        readers.parameter <> 'failures_per_1000_chip_days'
        or regions.region_id = 'CN'
        or assumptions.origin = 'foreign'
    )
    and (
        readers.parameter <> 'h100e_per_1e12_tokens_day'
        or abs(date_diff(
            'month', assumptions.valid_from + interval 6 month, quarters.quarter_start
        )) <= 12
    )
    and (
        readers.parameter not in ('wanted_factor', 'wanted_by_reading')
        or (readers.parameter = 'wanted_by_reading') = exists (
            select 1
            from statements
            where
                statements.region_id = regions.region_id
                and statements.quarter_start = quarters.quarter_start
                and (assumptions.reading is null or statements.reading = assumptions.reading)
        )
    )
    and (
        readers.parameter not in ('it_power_per_chip', 'it_power_tdp_multiple')
        or exists (
            select 1
            from bounded
            where
                bounded.region_id = regions.region_id
                and bounded.valid_from <= quarters.quarter_start
                and coalesce(bounded.valid_to > quarters.quarter_start, true)
        )
    )
group by all
