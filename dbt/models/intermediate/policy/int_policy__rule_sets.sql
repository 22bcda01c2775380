-- Scenarios under which the same rows bind on the same days share one rule set, so that the
-- decision is worked out once for all of them. The set is called by its first scenario, `baseline`
-- if it can.
with scenarios as (
    select * from {{ ref('int_policy__scenarios') }}
),

rules as (
    select * from {{ ref('int_policy__rules_by_scenario') }}
),

-- Licence rows of items that no chip can meet (stacks of memory, shipments) decide nothing here.
items_in_use as (
    select control_item
    from rules
    where role in ('clause', 'naming')
    union
    select refined_item as control_item
    from rules
    where role = 'refinement'
),

contents as (
    select
        scenario_id,
        md5(string_agg(
            concat_ws('|', rule_row_id, cast(valid_from as varchar), cast(valid_to as varchar)),
            ';' order by rule_row_id, valid_from
        )) as contents_hash,
    from rules
    where
        role in (
            'clause', 'headroom', 'removal', 'refinement', 'naming', 'naming_refined', 'outside',
            'guidance'
        )
        or (role = 'licence' and control_item in (select control_item from items_in_use))
    group by scenario_id
),

ordered as (
    select
        scenario_id,
        first_value(scenario_id) over (
            partition by contents_hash
            order by case when scenario_id = 'baseline' then 0 else 1 end, scenario_id
        ) as rule_set_id,
    from scenarios
    left join contents using (scenario_id)
)

select
    scenario_id,
    rule_set_id,
from ordered
