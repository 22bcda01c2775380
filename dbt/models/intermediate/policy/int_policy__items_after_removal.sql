-- Step 3: an item is removed where what a removal needs is true, and undecided where that is
-- undecided. Only items that stay possible are kept.
with item_results as (
    select * from {{ ref('int_policy__item_results') }}
),

removals as (
    select * from {{ ref('int_policy__removal_results') }}
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

removal_by_transaction as (
    select
        removals.rule_set_id,
        removals.chip_class_id,
        removals.valid_from,
        removals.control_item,
        removals.transaction,
        bool_or(removals.is_met) as is_removed,
        count(removals.is_met) < count(*) as is_removal_undecided,
        string_agg(removals.missing_metrics, ',' order by removals.refinement_id)
            filter (where removals.is_met is null) as missing_metrics,
    from removals
    group by
        removals.rule_set_id,
        removals.chip_class_id,
        removals.valid_from,
        removals.control_item,
        removals.transaction
)

select
    possible_items.rule_set_id,
    possible_items.chip_class_id,
    possible_items.valid_from,
    transactions.transaction,
    possible_items.control_item,
    case when not coalesce(is_removal_undecided, false) then possible_items.is_met end as is_met,
    possible_items.naming_policy_id,
    possible_items.first_met_clause_id,
    nullif(
        concat_ws(',', possible_items.missing_metrics, removal_by_transaction.missing_metrics), ''
    ) as missing_metrics,
from possible_items
cross join transactions
left join removal_by_transaction
    on
        possible_items.rule_set_id = removal_by_transaction.rule_set_id
        and possible_items.chip_class_id = removal_by_transaction.chip_class_id
        and possible_items.valid_from = removal_by_transaction.valid_from
        and possible_items.control_item = removal_by_transaction.control_item
        and transactions.transaction = removal_by_transaction.transaction
where not coalesce(removal_by_transaction.is_removed, false)
