-- The reasoning at its finest: each condition of each deciding clause in force, tried on each
-- class of chips. A condition may also read the result of another item (`meets_x`, `contains_x`);
-- that item is judged by its conditions on the chip itself and by the letters that name the chip.
with rules_in_force as (
    select * from {{ ref('int_policy__rules_in_force') }}
),

chip_classes as (
    select * from {{ ref('int_policy__chip_classes') }}
),

chip_conditions as (
    select * from {{ ref('int_policy__chip_conditions') }}
),

chip_namings as (
    select * from {{ ref('int_policy__chip_namings') }}
),

rule_book as (
    select * from {{ ref('int_policy__rule_book') }}
),

classes as (
    select chip_class_id
    from chip_classes
    group by chip_class_id
),

clause_rows as (
    select *
    from rules_in_force
    where role = 'clause'
),

items as (
    select control_item
    from rule_book
    where role in ('clause', 'naming')
    group by control_item
),

-- which item such a metric reads: `meets_3a090_b` reads 3A090.b, `contains_3a090_ic` reads 3A090
item_metrics as (
    select
        metric,
        items.control_item as read_item,
    from rule_book
    inner join items
        on
            rule_book.metric in (
                concat('meets_', lower(replace(items.control_item, '.', '_'))),
                concat('contains_', lower(replace(items.control_item, '.', '_'))),
                concat('contains_', lower(replace(items.control_item, '.', '_')), '_ic')
            )
    where rule_book.role = 'clause'
    group by metric, items.control_item
),

conditions_on_chips as (
    select
        clause_rows.rule_set_id,
        classes.chip_class_id,
        clause_rows.valid_from,
        clause_rows.control_item,
        clause_rows.clause_id,
        clause_rows.policy_id,
        clause_rows.metric,
        clause_rows.operator,
        clause_rows.threshold,
        chip_conditions.is_met,
    from clause_rows
    cross join classes
    inner join chip_conditions
        on
            classes.chip_class_id = chip_conditions.chip_id
            and clause_rows.metric = chip_conditions.metric
            and clause_rows.operator = chip_conditions.operator
            and clause_rows.threshold = chip_conditions.threshold
),

read_clauses as (
    select
        rule_set_id,
        chip_class_id,
        valid_from,
        control_item,
        clause_id,
        case
            when not bool_and(is_met) then false
            when count(is_met) < count(*) then null
            else true
        end as is_met,
    from conditions_on_chips
    where control_item in (select read_item from item_metrics)
    group by rule_set_id, chip_class_id, valid_from, control_item, clause_id
),

read_namings as (
    select
        rules_in_force.rule_set_id,
        chip_namings.chip_id as chip_class_id,
        rules_in_force.valid_from,
        rules_in_force.control_item,
        rules_in_force.policy_id as clause_id,
        true as is_met,
    from rules_in_force
    inner join chip_namings using (rule_row_id)
    where
        rules_in_force.role = 'naming'
        and rules_in_force.control_item in (select read_item from item_metrics)
),

read_items as (
    select
        rule_set_id,
        chip_class_id,
        valid_from,
        control_item as read_item,
        case
            when bool_or(is_met) then true
            when count(is_met) < count(*) then null
            else false
        end as is_met,
    from (select * from read_clauses union all select * from read_namings)
    group by rule_set_id, chip_class_id, valid_from, control_item
)

select
    conditions_on_chips.rule_set_id,
    conditions_on_chips.chip_class_id,
    conditions_on_chips.valid_from,
    conditions_on_chips.control_item,
    conditions_on_chips.clause_id,
    conditions_on_chips.policy_id,
    conditions_on_chips.metric,
    conditions_on_chips.operator,
    conditions_on_chips.threshold,
    case
        when item_metrics.metric is null then conditions_on_chips.is_met
        -- an item without a row in force is not met
        when read_items.read_item is null
            then try_cast(conditions_on_chips.threshold as double) = 0
        else read_items.is_met = (try_cast(conditions_on_chips.threshold as double) = 1)
    end as is_met,
from conditions_on_chips
left join item_metrics using (metric)
left join read_items
    on
        conditions_on_chips.rule_set_id = read_items.rule_set_id
        and conditions_on_chips.chip_class_id = read_items.chip_class_id
        and conditions_on_chips.valid_from = read_items.valid_from
        and item_metrics.read_item = read_items.read_item
