-- Step 4, first half: which finer items an item may become. Rows of one refinement are joined by
-- AND, the transaction must fit, and a row that names the chip under the finer item counts as all
-- conditions met. Refinements that fail stay, with the conditions that fail, to say why a later one
-- answers.
with items as (
    select * from {{ ref('int_policy__items_after_removal') }}
),

rules_in_force as (
    select * from {{ ref('int_policy__rules_in_force') }}
),

chip_conditions as (
    select * from {{ ref('int_policy__chip_conditions') }}
),

chip_namings as (
    select * from {{ ref('int_policy__chip_namings') }}
),

namings as (
    select
        rules_in_force.rule_set_id,
        rules_in_force.valid_from,
        chip_namings.chip_id as chip_class_id,
        rules_in_force.control_item as refined_item,
        min(rules_in_force.policy_id) as naming_policy_id,
    from rules_in_force
    inner join chip_namings using (rule_row_id)
    where rules_in_force.role = 'naming_refined'
    group by
        rules_in_force.rule_set_id,
        rules_in_force.valid_from,
        chip_namings.chip_id,
        rules_in_force.control_item
),

needs as (
    select
        items.rule_set_id,
        items.chip_class_id,
        items.valid_from,
        items.transaction,
        items.control_item,
        rules_in_force.refinement_id,
        rules_in_force.refined_item,
        rules_in_force.rank,
        rules_in_force.policy_id,
        rules_in_force.needs_item,
        rules_in_force.metric,
        rules_in_force.transaction in ('any', items.transaction) as is_transaction_met,
        case
            when rules_in_force.needs_item is null then true
            when needed_items.control_item is null then false
            else needed_items.is_met
        end as is_item_met,
        case when rules_in_force.metric is null then true else chip_conditions.is_met end
            as is_metric_met,
        case when needed_items.is_met is null then needed_items.missing_metrics end
            as missing_of_item,
        case when chip_conditions.is_met is null then rules_in_force.metric end as missing_metric,
    from items
    inner join rules_in_force
        on
            items.rule_set_id = rules_in_force.rule_set_id
            and items.valid_from = rules_in_force.valid_from
            and items.control_item = rules_in_force.control_item
            and rules_in_force.role = 'refinement'
    left join items as needed_items
        on
            items.rule_set_id = needed_items.rule_set_id
            and items.chip_class_id = needed_items.chip_class_id
            and items.valid_from = needed_items.valid_from
            and items.transaction = needed_items.transaction
            and rules_in_force.needs_item = needed_items.control_item
    left join chip_conditions
        on
            items.chip_class_id = chip_conditions.chip_id
            and rules_in_force.metric = chip_conditions.metric
            and rules_in_force.operator = chip_conditions.operator
            and rules_in_force.threshold = chip_conditions.threshold
),

refinements as (
    select
        rule_set_id,
        chip_class_id,
        valid_from,
        transaction,
        control_item,
        refinement_id,
        refined_item,
        min(rank) as rank,
        min(policy_id) as policy_id,
        string_agg(
            concat_ws(
                ',',
                case when not is_item_met then needs_item end,
                case when not is_metric_met then metric end
            ),
            ',' order by needs_item, metric
        ) filter (where not is_item_met or not is_metric_met) as failed_conditions,
        case
            when not bool_and(is_item_met and is_metric_met) then false
            when count(is_item_met and is_metric_met) < count(*) then null
            else true
        end as is_met,
        string_agg(concat_ws(',', missing_of_item, missing_metric), ',' order by missing_metric)
            filter (where (is_item_met and is_metric_met) is null) as missing_metrics,
    from needs
    group by
        rule_set_id, chip_class_id, valid_from, transaction, control_item, refinement_id,
        refined_item
    -- of rows that are joined by AND each must fit, even for a named chip
    having bool_and(is_transaction_met)
)

select
    rule_set_id,
    chip_class_id,
    valid_from,
    transaction,
    control_item,
    refinement_id,
    refined_item,
    rank,
    policy_id,
    naming_policy_id is not null or is_met as is_met,
    case when naming_policy_id is null then failed_conditions end as failed_conditions,
    naming_policy_id,
    case when naming_policy_id is null and is_met is null then missing_metrics end
        as missing_metrics,
from refinements
left join namings using (rule_set_id, chip_class_id, valid_from, refined_item)
