{{ config(materialized='view') }}

-- Every question with its answers, put together from the tables that hold them once: intervals by
-- rule set, chip and timeline of licence rows, the timeline of each scenario, destination and buyer,
-- and the destination's own restrictions beside them. Tables that are read twice are named where
-- they are read: a common table would be worked out in full, whatever is asked.
with answers as (
    select * from {{ ref('dim_control_answer') }}
),

-- Few countries restrict any chip; only their questions are cut where a restriction starts or ends.
-- Restrictions tile the horizon of a chip that they ever concern, so nothing of a status is lost.
questions as (
    select
        timelines.scenario_id,
        intervals.chip_id,
        timelines.destination_country,
        timelines.buyer_headquarters,
        intervals.transaction,
        intervals.valid_from as valid_from,
        intervals.valid_to as valid_to,
        intervals.answer_number,
        intervals.guidance,
        cast(null as varchar) as destination_restriction,
        cast(null as varchar) as restriction_scope,
    from {{ ref('dim_control_timeline') }} as timelines
    inner join {{ ref('fct_chip_control_interval') }} as intervals
        on
            timelines.rule_set_id = intervals.rule_set_id
            and timelines.licence_timeline_id = intervals.licence_timeline_id
    where not timelines.has_restrictions
    union all
    select
        timelines.scenario_id,
        intervals.chip_id,
        timelines.destination_country,
        timelines.buyer_headquarters,
        intervals.transaction,
        greatest(intervals.valid_from, restrictions.valid_from) as valid_from,
        least(intervals.valid_to, restrictions.valid_to) as valid_to,
        intervals.answer_number,
        intervals.guidance,
        restrictions.destination_restriction as destination_restriction,
        restrictions.restriction_scope as restriction_scope,
    from {{ ref('dim_control_timeline') }} as timelines
    inner join {{ ref('fct_chip_control_interval') }} as intervals
        on
            timelines.rule_set_id = intervals.rule_set_id
            and timelines.licence_timeline_id = intervals.licence_timeline_id
    left join {{ ref('fct_destination_restriction') }} as restrictions
        on
            timelines.scenario_id = restrictions.scenario_id
            and intervals.chip_id = restrictions.chip_id
            and timelines.destination_country = restrictions.destination_country
            and timelines.buyer_headquarters = restrictions.buyer_headquarters
            and (restrictions.valid_to is null or intervals.valid_from < restrictions.valid_to)
            and (intervals.valid_to is null or restrictions.valid_from < intervals.valid_to)
    where timelines.has_restrictions
)

select
    questions.scenario_id,
    questions.chip_id,
    questions.destination_country,
    questions.buyer_headquarters,
    questions.transaction,
    questions.valid_from,
    questions.valid_to,
    answers.outcome,
    answers.strictness,
    answers.control_item,
    answers.clause_id,
    answers.policy_id,
    answers.licence_policy_id,
    answers.licence_review,
    answers.licence_exception_name,
    answers.licence_condition,
    answers.standard_basis,
    answers.standard_basis_on,
    answers.deciding_kind,
    answers.deciding_id,
    answers.deciding_detail,
    answers.deciding_reason,
    answers.binding_metric,
    answers.binding_value,
    answers.binding_threshold,
    answers.headroom_pct,
    questions.destination_restriction,
    questions.restriction_scope,
    questions.guidance,
from questions
inner join answers using (answer_number)
