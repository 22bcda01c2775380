-- Chip classes and transactions for which the same items and refinements are possible in an
-- interval share a profile, so that outcomes are worked out once for all of them. A profile is
-- called by its first class and transaction.
with items as (
    select * from {{ ref('int_policy__items_after_removal') }}
),

refinements as (
    select * from {{ ref('int_policy__refinement_results') }}
),

excluded_items as (
    select * from {{ ref('int_policy__excluded_items') }}
),

intervals as (
    select * from {{ ref('int_policy__rule_intervals') }}
),

chip_classes as (
    select * from {{ ref('int_policy__chip_classes') }}
),

transactions as (
    select 'export' as transaction
    union all
    select 'reexport' as transaction
),

-- a class that meets nothing has a profile as well, an empty one
subjects as (
    select
        intervals.rule_set_id,
        intervals.valid_from,
        chip_classes.chip_class_id,
        transactions.transaction,
    from intervals
    cross join chip_classes
    cross join transactions
    where chip_classes.chip_id = chip_classes.chip_class_id
),

possibilities as (
    select
        rule_set_id,
        valid_from,
        chip_class_id,
        transaction,
        concat_ws(
            '|',
            control_item,
            coalesce(cast(is_met as varchar), 'unknown'),
            coalesce(naming_policy_id, ''),
            coalesce(first_met_clause_id, ''),
            coalesce(missing_metrics, '')
        ) as possibility,
    from items
    union all
    select
        rule_set_id,
        valid_from,
        chip_class_id,
        transaction,
        concat_ws(
            '|',
            control_item,
            refinement_id,
            refined_item,
            cast(rank as varchar),
            coalesce(cast(is_met as varchar), 'unknown'),
            coalesce(naming_policy_id, ''),
            coalesce(failed_conditions, ''),
            coalesce(missing_metrics, '')
        ) as possibility,
    from refinements
    union all
    select
        rule_set_id,
        valid_from,
        chip_class_id,
        transaction,
        concat_ws('|', 'excluded', control_item, exclusion_kind, exclusion_id) as possibility,
    from excluded_items
),

contents as (
    select
        rule_set_id,
        valid_from,
        chip_class_id,
        transaction,
        string_agg(possibility, ';' order by possibility) as possibilities,
    from possibilities
    group by rule_set_id, valid_from, chip_class_id, transaction
)

select
    rule_set_id,
    valid_from,
    chip_class_id,
    transaction,
    min(concat(chip_class_id, '/', transaction)) over (
        partition by rule_set_id, valid_from, possibilities
    ) as item_profile_id,
from subjects
left join contents using (rule_set_id, valid_from, chip_class_id, transaction)
