-- Chip classes and transactions with the same item profile in every interval of a rule set share a
-- timeline, called by its first class and transaction.
with item_profiles as (
    select * from {{ ref('int_policy__item_profiles') }}
),

contents as (
    select
        rule_set_id,
        chip_class_id,
        item_profiles.transaction,
        string_agg(item_profile_id, ';' order by valid_from) as item_profile_ids,
    from item_profiles
    group by rule_set_id, chip_class_id, item_profiles.transaction
)

select
    rule_set_id,
    chip_class_id,
    contents.transaction,
    min(concat(chip_class_id, '/', contents.transaction)) over (
        partition by rule_set_id, item_profile_ids
    ) as item_timeline_id,
from contents
