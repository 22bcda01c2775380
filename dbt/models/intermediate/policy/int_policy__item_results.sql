-- Steps 1 and 2 of the procedure: whether a class of chips meets a control item. Clauses of an
-- item are joined by OR; a letter that names the chip makes its item true; a vendor's statement
-- that is on record (`outside_3a090`) drops the item and everything below it.
with clause_results as (
    select * from {{ ref('int_policy__clause_results') }}
),

rules_in_force as (
    select * from {{ ref('int_policy__rules_in_force') }}
),

chip_namings as (
    select * from {{ ref('int_policy__chip_namings') }}
),

chip_classes as (
    select * from {{ ref('int_policy__chip_classes') }}
),

clauses as (
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
        string_agg(metric, ',' order by metric) filter (where is_met is null) as unknown_metrics,
    from clause_results
    group by rule_set_id, chip_class_id, valid_from, control_item, clause_id
),

items_by_clauses as (
    select
        rule_set_id,
        chip_class_id,
        valid_from,
        control_item,
        case
            when bool_or(is_met) then true
            when count(is_met) < count(*) then null
            else false
        end as is_met,
        min(clause_id) filter (where is_met) as first_met_clause_id,
        -- what is unknown in a clause that fails on something known does not matter
        string_agg(unknown_metrics, ',' order by clause_id) filter (where is_met is null)
            as missing_metrics,
    from clauses
    group by rule_set_id, chip_class_id, valid_from, control_item
),

namings as (
    select
        rules_in_force.rule_set_id,
        chip_namings.chip_id as chip_class_id,
        rules_in_force.valid_from,
        rules_in_force.role,
        rules_in_force.control_item,
        rules_in_force.policy_id,
        rules_in_force.row_valid_from,
    from rules_in_force
    inner join chip_namings using (rule_row_id)
    inner join chip_classes
        on
            chip_namings.chip_id = chip_classes.chip_id
            and chip_classes.chip_id = chip_classes.chip_class_id
    where rules_in_force.role in ('naming', 'outside')
),

-- of several letters the first one is shown
items_by_name as (
    select
        rule_set_id,
        chip_class_id,
        valid_from,
        control_item,
        policy_id as naming_policy_id,
    from namings
    where role = 'naming'
    qualify
        row_number() over (
            partition by rule_set_id, chip_class_id, valid_from, control_item
            order by row_valid_from, policy_id
        ) = 1
),

items as (
    select
        rule_set_id,
        chip_class_id,
        valid_from,
        control_item,
        naming_policy_id is not null or is_met as is_met,
        naming_policy_id,
        first_met_clause_id,
        missing_metrics,
    from items_by_clauses
    full join items_by_name using (rule_set_id, chip_class_id, valid_from, control_item)
),

dropped_items as (
    select
        items.rule_set_id,
        items.chip_class_id,
        items.valid_from,
        items.control_item,
        arg_max(namings.policy_id, (namings.row_valid_from, namings.policy_id))
            as outside_policy_id,
    from items
    inner join namings
        on
            items.rule_set_id = namings.rule_set_id
            and items.chip_class_id = namings.chip_class_id
            and items.valid_from = namings.valid_from
            and namings.role = 'outside'
            and (
                items.control_item = namings.control_item
                or left(items.control_item, length(namings.control_item) + 1)
                = concat(namings.control_item, '.')
            )
    group by items.rule_set_id, items.chip_class_id, items.valid_from, items.control_item
)

select
    rule_set_id,
    chip_class_id,
    valid_from,
    control_item,
    case when outside_policy_id is null then is_met else false end as is_met,
    is_met as is_met_before_statement,
    naming_policy_id,
    outside_policy_id,
    first_met_clause_id,
    case when outside_policy_id is null and is_met is null then missing_metrics end
        as missing_metrics,
from items
left join dropped_items using (rule_set_id, chip_class_id, valid_from, control_item)
