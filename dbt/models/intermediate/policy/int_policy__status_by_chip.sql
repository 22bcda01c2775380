-- The answers for a chip at a licence timeline: those of its class, merged again where two answers
-- of the class say the same of this chip, and cut where guidance on the chip starts or ends.
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

chip_guidance as (
    select * from {{ ref('int_policy__chip_guidance') }}
),

answers as (
    select
        rule_set_id,
        chip_id,
        item_timelines.transaction,
        licence_timeline_id,
        status_timelines.valid_from,
        status_timelines.valid_to,
        chip_answers.answer_number,
    from status_timelines
    inner join item_timelines using (rule_set_id, item_timeline_id)
    inner join chip_classes using (chip_class_id)
    inner join chip_answers using (chip_id, answer_id)
),

-- guidance tiles the horizon of the few chips that it names, so nothing of a status is lost
guided as (
    select
        answers.rule_set_id,
        answers.chip_id,
        answers.transaction,
        answers.licence_timeline_id,
        greatest(answers.valid_from, chip_guidance.valid_from) as valid_from,
        answers.answer_number,
        chip_guidance.guidance,
    from answers
    left join chip_guidance
        on
            answers.rule_set_id = chip_guidance.rule_set_id
            and answers.chip_id = chip_guidance.chip_id
            and (chip_guidance.valid_to is null or answers.valid_from < chip_guidance.valid_to)
            and (answers.valid_to is null or chip_guidance.valid_from < answers.valid_to)
),

changes as (
    select *
    from guided
    window timeline as (
        partition by rule_set_id, chip_id, guided.transaction, licence_timeline_id
        order by valid_from
    )
    qualify
        answer_number is distinct from lag(answer_number) over timeline
        or guidance is distinct from lag(guidance) over timeline
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
    answer_number,
    guidance,
from changes
