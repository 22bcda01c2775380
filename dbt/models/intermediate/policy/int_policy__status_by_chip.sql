-- The answers for a chip at a licence timeline: those of its class, merged again where two answers
-- of the class say the same of this chip.
with status_timelines as (
    select * from {{ ref('int_policy__status_timelines') }}
),

item_timelines as (
    select * from {{ ref('int_policy__item_timelines') }}
),

chip_classes as (
    select * from {{ ref('int_policy__chip_classes') }}
),

chip_answers as (
    select * from {{ ref('int_policy__chip_answers') }}
),

answers as (
    select
        rule_set_id,
        chip_id,
        item_timelines.transaction,
        licence_timeline_id,
        status_timelines.valid_from,
        chip_answers.chip_answer_id,
    from status_timelines
    inner join item_timelines using (rule_set_id, item_timeline_id)
    inner join chip_classes using (chip_class_id)
    inner join chip_answers using (chip_id, answer_id)
),

changes as (
    select *
    from answers
    qualify
        chip_answer_id is distinct from lag(chip_answer_id) over (
            partition by rule_set_id, chip_id, answers.transaction, licence_timeline_id
            order by valid_from
        )
)

select
    rule_set_id,
    chip_id,
    changes.transaction,
    licence_timeline_id,
    valid_from,
    lead(valid_from) over (
        partition by rule_set_id, chip_id, changes.transaction, licence_timeline_id
        order by valid_from
    ) as valid_to,
    chip_answer_id,
from changes
