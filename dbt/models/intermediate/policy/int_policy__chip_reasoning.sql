{{ config(materialized='view') }}

-- The reasoning for a chip, line by line: each condition that is in force, with the chip's own
-- value. A view, because it is asked for one chip and one day at a time.
with clause_results as (
    select * from {{ ref('int_policy__clause_results') }}
),

chip_conditions as (
    select * from {{ ref('int_policy__chip_conditions') }}
),

chip_classes as (
    select * from {{ ref('int_policy__chip_classes') }}
),

rule_sets as (
    select * from {{ ref('int_policy__rule_sets') }}
),

intervals as (
    select * from {{ ref('int_policy__rule_intervals') }}
)

select
    rule_sets.scenario_id,
    chip_classes.chip_id,
    clause_results.valid_from,
    intervals.valid_to,
    clause_results.control_item,
    clause_results.clause_id,
    clause_results.policy_id,
    clause_results.metric,
    clause_results.operator,
    clause_results.threshold,
    coalesce(
        cast(chip_conditions.value_number as varchar),
        chip_conditions.value_text,
        -- a metric known as a bound only shows the bound; without one on a side nothing of it
        nullif(concat_ws(
            ' and ',
            case when chip_conditions.is_above_lowest then '> ' else '>= ' end
            || cast(round(chip_conditions.lowest_value, 3) as varchar),
            case when chip_conditions.is_below_highest then '< ' else '<= ' end
            || cast(round(chip_conditions.highest_value, 3) as varchar)
        ), '')
    ) as chip_value,
    clause_results.is_met,
    chip_conditions.headroom_pct,
from clause_results
inner join rule_sets using (rule_set_id)
inner join chip_classes using (chip_class_id)
inner join intervals using (rule_set_id, valid_from)
inner join chip_conditions
    on
        chip_classes.chip_id = chip_conditions.chip_id
        and clause_results.metric = chip_conditions.metric
        and clause_results.operator = chip_conditions.operator
        and clause_results.threshold = chip_conditions.threshold
