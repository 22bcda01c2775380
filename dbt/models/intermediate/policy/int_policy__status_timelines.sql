-- The answers of an item timeline at a licence timeline, neighbours with equal answers merged.
-- Answers are carried as ids here; what they say stands in int_policy__chip_answers.
with item_timelines as (
    select * from {{ ref('int_policy__item_timelines') }}
),

licence_timelines as (
    select * from {{ ref('int_policy__licence_timelines') }}
),

item_profiles as (
    select * from {{ ref('int_policy__item_profiles') }}
),

licence_profiles as (
    select * from {{ ref('int_policy__licence_profiles') }}
),

profile_answers as (
    select * from {{ ref('int_policy__profile_answers') }}
),

-- timelines are read off the members that they are called by
items as (
    select
        rule_set_id,
        valid_from,
        item_timelines.item_timeline_id,
        item_profiles.item_profile_id,
    from item_timelines
    inner join item_profiles using (rule_set_id, chip_class_id, transaction)
    where item_timeline_id = concat(chip_class_id, '/', transaction)
),

licences as (
    select
        rule_set_id,
        valid_from,
        licence_timelines.licence_timeline_id,
        licence_profiles.licence_profile_id,
    from licence_timelines
    inner join licence_profiles using (rule_set_id, destination_class_id, buyer_headquarters)
    where licence_timeline_id = concat(destination_class_id, '/', buyer_headquarters)
),

answers as (
    select
        rule_set_id,
        item_timeline_id,
        licence_timeline_id,
        valid_from,
        profile_answers.answer_id,
    from items
    inner join licences using (rule_set_id, valid_from)
    inner join profile_answers
        using (rule_set_id, valid_from, item_profile_id, licence_profile_id)
),

changes as (
    select *
    from answers
    qualify
        answer_id is distinct from lag(answer_id) over (
            partition by rule_set_id, item_timeline_id, licence_timeline_id
            order by valid_from
        )
)

select
    rule_set_id,
    item_timeline_id,
    licence_timeline_id,
    valid_from,
    lead(valid_from) over (
        partition by rule_set_id, item_timeline_id, licence_timeline_id
        order by valid_from
    ) as valid_to,
    answer_id,
from changes
