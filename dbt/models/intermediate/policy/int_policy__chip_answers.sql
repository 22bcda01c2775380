-- What an answer says for a chip: the outcome of its class with the chip's own distance. Equal
-- answers get one `chip_answer_id`, whichever rows they were measured against.
with profile_answers as (
    select * from {{ ref('int_policy__profile_answers') }}
),

status_timelines as (
    select * from {{ ref('int_policy__status_timelines') }}
),

item_timelines as (
    select * from {{ ref('int_policy__item_timelines') }}
),

chip_classes as (
    select * from {{ ref('int_policy__chip_classes') }}
),

chip_headroom as (
    select * from {{ ref('int_policy__chip_headroom') }}
),

outcomes as (
    select
        answer_id,
        outcome,
        strictness,
        base_item,
        control_item,
        clause_id,
        policy_id,
        licence_policy_id,
        review_policy,
        licence_review,
        missing_metrics,
        headroom_scope_id,
        deciding_kind,
        deciding_id,
        deciding_detail,
        deciding_reason,
        licence_exception_name,
        licence_condition,
        standard_basis,
        standard_basis_on,
    from profile_answers
    group by all
),

answers_in_use as (
    select
        chip_class_id,
        answer_id,
    from status_timelines
    inner join item_timelines using (rule_set_id, item_timeline_id)
    group by chip_class_id, answer_id
),

answers as (
    select
        chip_classes.chip_id,
        outcomes.*,
        chip_headroom.binding_clause_id,
        -- an unknown outcome is bound by what is missing
        coalesce(outcomes.missing_metrics, chip_headroom.binding_metric) as binding_metric,
        chip_headroom.binding_value,
        chip_headroom.binding_threshold,
        chip_headroom.headroom_pct,
    from answers_in_use
    inner join chip_classes using (chip_class_id)
    inner join outcomes using (answer_id)
    left join chip_headroom using (chip_id, headroom_scope_id)
),

merged as (
    select
        *,
        min(answer_id) over (
            partition by
                chip_id, outcome, control_item, clause_id, policy_id, licence_policy_id,
                licence_review, binding_metric, binding_value, binding_threshold, headroom_pct,
                deciding_kind, deciding_id, deciding_detail, licence_condition, standard_basis,
                standard_basis_on, licence_exception_name
        ) as chip_answer_id,
    from answers
)

-- the number only joins tables of one build
select
    chip_id,
    answer_id,
    chip_answer_id,
    dense_rank() over (order by chip_id, chip_answer_id) as answer_number,
    outcome,
    strictness,
    base_item,
    control_item,
    clause_id,
    policy_id,
    licence_policy_id,
    review_policy,
    licence_review,
    binding_clause_id,
    binding_metric,
    binding_value,
    binding_threshold,
    headroom_pct,
    deciding_kind,
    deciding_id,
    deciding_detail,
    deciding_reason,
    licence_exception_name,
    licence_condition,
    standard_basis,
    standard_basis_on,
from merged
