-- Whether the removals of an item are met, by transaction. Rows of one removal are joined by AND; what
-- a removal needs is read from step 2. Only items that stay possible are tried.
with item_results as (
    select * from {{ ref('int_policy__item_results') }}
),

rules_in_force as (
    select * from {{ ref('int_policy__rules_in_force') }}
),

chip_conditions as (
    select * from {{ ref('int_policy__chip_conditions') }}
),

transactions as (
    select 'export' as transaction
    union all
    select 'reexport' as transaction
),

possible_items as (
    select *
    from item_results
    where is_met is distinct from false
),

-- a row may need an item, a metric, or both
needs as (
    select
        possible_items.rule_set_id,
        possible_items.chip_class_id,
        possible_items.valid_from,
        possible_items.control_item,
        transactions.transaction,
        rules_in_force.refinement_id,
        rules_in_force.transaction in ('any', transactions.transaction) as is_transaction_met,
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
    from possible_items
    inner join rules_in_force
        on
            possible_items.rule_set_id = rules_in_force.rule_set_id
            and possible_items.valid_from = rules_in_force.valid_from
            and possible_items.control_item = rules_in_force.control_item
            and rules_in_force.role = 'removal'
    cross join transactions
    left join item_results as needed_items
        on
            possible_items.rule_set_id = needed_items.rule_set_id
            and possible_items.chip_class_id = needed_items.chip_class_id
            and possible_items.valid_from = needed_items.valid_from
            and rules_in_force.needs_item = needed_items.control_item
    left join chip_conditions
        on
            possible_items.chip_class_id = chip_conditions.chip_id
            and rules_in_force.metric = chip_conditions.metric
            and rules_in_force.operator = chip_conditions.operator
            and rules_in_force.threshold = chip_conditions.threshold
),

removals as (
    select
        rule_set_id,
        chip_class_id,
        valid_from,
        control_item,
        transaction,
        refinement_id,
        case
            when not bool_and(is_item_met and is_metric_met) then false
            when count(is_item_met and is_metric_met) < count(*) then null
            else true
        end as is_met,
        string_agg(concat_ws(',', missing_of_item, missing_metric), ',' order by missing_metric)
            filter (where (is_item_met and is_metric_met) is null) as missing_metrics,
    from needs
    group by rule_set_id, chip_class_id, valid_from, control_item, transaction, refinement_id
    -- of rows that are joined by AND each must fit
    having bool_and(is_transaction_met)
)

select
    rule_set_id,
    chip_class_id,
    valid_from,
    control_item,
    removals.transaction,
    refinement_id,
    is_met,
    missing_metrics,
from removals
