{{ config(materialized='view') }}
-- What the rules that a scenario changes did, as quantiles over the draws: actual less
-- counterfactual, by quantity, quality and in total, for the deployed stock and for usable supply,
-- which is what the balance shares out. Behind the total stands what became of it in the balance:
-- supply after allocation and gap, on every draw. Sharing out is not additive, so quantity and
-- quality stop before it.
with supply_effects as (
    select * from {{ ref('int_balance__supply_effects') }}
),

balance_draws as (
    select * from {{ ref('int_balance__balance_draws') }} where access = 'all' and draw > 0
),

scenario_cells as (
    select * from {{ ref('int_balance__scenario_cells') }}
),

scenario_titles as (
    select * from {{ ref('int_policy__scenario_titles') }}
),

supply_steps as (
    select * from {{ ref('int_balance__supply_steps') }}
),

balances as (
    select * from {{ ref('int_balance__balances') }}
),

workloads as (
    select * from {{ ref('int_reference__workloads') }}
),

quarter_states as (
    select * from {{ ref('int_balance__quarter_states') }}
),

{% set measures = [
    'deployed_training', 'deployed_inference', 'usable_large', 'usable_small', 'usable_inference',
] %}

with_world as (
    select
        scenario_id,
        quarter_start,
        unnest([region_id, 'WORLD']) as region_id,
        effect,
        draw,
        {{ measures | join(',\n        ') }},
    from supply_effects
    where draw > 0
),

with_total as (
    select
        scenario_id,
        quarter_start,
        region_id,
        unnest([effect, 'total']) as effect,
        draw,
        {{ measures | join(',\n        ') }},
    from with_world
),

effect_draws as (
    select
        scenario_id,
        quarter_start,
        region_id,
        effect,
        draw,
        {%- for measure in measures %}
        {{ exact_sum(measure) }} as {{ measure }},
        {%- endfor %}
    from with_total
    group by scenario_id, quarter_start, region_id, effect, draw
),

effect_points as (
    select
        scenario_id,
        quarter_start,
        region_id,
        effect,
        {%- for measure in measures %}
        {{ quantile_points(measure) }} as {{ measure }},
        {%- endfor %}
    from effect_draws
    group by scenario_id, quarter_start, region_id, effect
),

-- one row per kind of work, with the measures that are its own
workload_points as (
    select
        effect_points.scenario_id,
        effect_points.quarter_start,
        effect_points.region_id,
        effect_points.effect,
        workloads.workload_id,
        case workloads.yardstick
            when 'training' then effect_points.deployed_training
            else effect_points.deployed_inference
        end as deployed_points,
        case workloads.workload_id
            when 'training_large' then effect_points.usable_large
            when 'training_small' then effect_points.usable_small
            else effect_points.usable_inference
        end as usable_points,
    from effect_points
    cross join workloads
),

balance_points as (
    select
        changed.scenario_id,
        changed.quarter_start,
        changed.region_id,
        changed.workload_id,
        {{ quantile_points(
            difference('baseline.supply_h100e', 'changed.supply_h100e'), where='changed.draw > 0'
        ) }} as supply_points,
        {{ quantile_points(
            '(' ~ difference('baseline.supply_h100e', 'changed.supply_h100e') ~ ') - ('
            ~ difference('baseline.demand_h100e', 'changed.demand_h100e') ~ ')',
            where='changed.draw > 0'
        ) }} as gap_points,
    from balance_draws as changed
    inner join balance_draws as baseline
        on
            changed.quarter_start = baseline.quarter_start
            and changed.region_id = baseline.region_id
            and changed.workload_id = baseline.workload_id
            and changed.draw = baseline.draw
            and baseline.scenario_id = 'baseline'
    where changed.scenario_id <> 'baseline'
    group by
        changed.scenario_id, changed.quarter_start, changed.region_id, changed.workload_id
),

grid as (
    select
        scenario_cells.scenario_id,
        scenario_cells.quarter_start,
        scenario_cells.region_id,
        scenario_cells.is_quantified,
        workloads.workload_id,
        workloads.yardstick,
        effects.effect,
        -- nothing is known of an effect on a stock that is not known
        scenario_cells.is_quantified and baseline.points is not null as has_stock,
        balances.draws_used,
        scenario_cells.is_quantified
        and balances.supply_points is not null
        and effects.effect = 'total' as has_supply,
        scenario_cells.is_quantified
        and balances.gap_points is not null
        and effects.effect = 'total' as has_gap,
    from scenario_cells
    cross join workloads
    cross join (select unnest(['quantity', 'quality', 'total']) as effect) as effects
    left join supply_steps as baseline
        on
            baseline.scenario_id = 'baseline'
            and baseline.step = 'usable'
            and scenario_cells.quarter_start = baseline.quarter_start
            and scenario_cells.region_id = baseline.region_id
            and workloads.workload_id = baseline.workload_id
    left join balances
        on
            balances.access = 'all'
            and scenario_cells.scenario_id = balances.scenario_id
            and scenario_cells.quarter_start = balances.quarter_start
            and scenario_cells.region_id = balances.region_id
            and workloads.workload_id = balances.workload_id
    where scenario_cells.scenario_id <> 'baseline'
)

-- what a scenario does not touch it leaves as it was: an effect of zero
select
    grid.scenario_id,
    grid.quarter_start,
    grid.region_id,
    grid.workload_id,
    grid.effect,
    scenario_titles.policy_ids,
    grid.yardstick,
    case
        when grid.has_stock
            then coalesce(workload_points.usable_points, {{ named_points(0.0, 0.0, 0.0) }})
    end as usable_points,
    case
        when grid.has_stock
            then coalesce(workload_points.deployed_points, {{ named_points(0.0, 0.0, 0.0) }})
    end as deployed_points,
    case
        when grid.has_supply
            then coalesce(balance_points.supply_points, {{ named_points(0.0, 0.0, 0.0) }})
    end as supply_points,
    case
        when grid.has_gap
            then coalesce(balance_points.gap_points, {{ named_points(0.0, 0.0, 0.0) }})
    end as gap_points,
    case when grid.effect = 'total' then grid.draws_used end as draws_used,
    grid.is_quantified,
    quarter_states.supply_is_nowcast as is_nowcast,
from grid
left join workload_points
    on
        grid.scenario_id = workload_points.scenario_id
        and grid.quarter_start = workload_points.quarter_start
        and grid.region_id = workload_points.region_id
        and grid.workload_id = workload_points.workload_id
        and grid.effect = workload_points.effect
left join balance_points
    on
        grid.scenario_id = balance_points.scenario_id
        and grid.quarter_start = balance_points.quarter_start
        and grid.region_id = balance_points.region_id
        and grid.workload_id = balance_points.workload_id
left join scenario_titles on grid.scenario_id = scenario_titles.scenario_id
left join quarter_states
    on
        grid.quarter_start = quarter_states.quarter_start
        and grid.region_id = quarter_states.region_id
        and grid.workload_id = quarter_states.workload_id
