-- Items that a class of chips would meet, or might, but for a vendor's statement on record or a
-- removal. They answer nothing; they say why a chip is not controlled.
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

by_statement as (
    select
        item_results.rule_set_id,
        item_results.chip_class_id,
        item_results.valid_from,
        transactions.transaction,
        item_results.control_item,
        'vendor_statement' as exclusion_kind,
        item_results.outside_policy_id as exclusion_id,
    from item_results
    cross join transactions
    where
        item_results.outside_policy_id is not null
        and item_results.is_met_before_statement is distinct from false
),

by_removal as (
    select
        rule_set_id,
        chip_class_id,
        valid_from,
        removals.transaction,
        control_item,
        'removal' as exclusion_kind,
        min(refinement_id) as exclusion_id,
    from removals
    where is_met
    group by rule_set_id, chip_class_id, valid_from, removals.transaction, control_item
)

select * from by_statement
union all
select * from by_removal
