-- Steps 6 and 7: the outcome for an item profile at a licence profile. The strictest item that is
-- true decides; where an undecided item or refinement could make the outcome stricter or milder,
-- it is unknown and the missing metrics are named.
with item_outcomes as (
    select * from {{ ref('int_policy__item_outcomes') }}
),

licence_profiles as (
    select * from {{ ref('int_policy__licence_profiles') }}
),

item_profiles as (
    select * from {{ ref('int_policy__item_profiles') }}
),

headroom_scopes as (
    select * from {{ ref('int_policy__headroom_scopes') }}
),

questions as (
    select
        licence_profiles.rule_set_id,
        licence_profiles.valid_from,
        licence_profiles.licence_profile_id,
        item_profiles.item_profile_id,
    from licence_profiles
    inner join item_profiles using (rule_set_id, valid_from)
    where
        licence_profiles.licence_profile_id = concat(
            licence_profiles.destination_class_id, '/', licence_profiles.buyer_headquarters
        )
        and item_profiles.item_profile_id
        = concat(item_profiles.chip_class_id, '/', item_profiles.transaction)
),

-- Among equally strict items the licence row with the earliest start is shown, then the first item.
weighed as (
    select
        *,
        max(lowest_strictness) over question as lowest_outcome,
        max(highest_strictness) over question as highest_outcome,
        row_number() over (
            question
            order by
                case when is_met then strictness else -1 end desc,
                licence_valid_from,
                answering_item
        ) as position,
    from item_outcomes
    window question as (
        partition by rule_set_id, valid_from, licence_profile_id, item_profile_id
    )
),

-- every item that reaches further than what is certain, and need not, keeps the outcome open
missing as (
    select
        rule_set_id,
        valid_from,
        licence_profile_id,
        item_profile_id,
        string_agg(missing_metrics, ',' order by control_item) as missing_metrics,
    from weighed
    where
        highest_outcome > lowest_outcome
        and highest_strictness > lowest_outcome
        and lowest_strictness < highest_strictness
    group by rule_set_id, valid_from, licence_profile_id, item_profile_id
),

answers as (
    select
        questions.*,
        coalesce(weighed.highest_outcome > weighed.lowest_outcome, false) as is_unknown,
        case when weighed.lowest_outcome >= 0 then weighed.lowest_outcome else -1 end
            as strictness,
        weighed.control_item as base_item,
        weighed.answering_item,
        weighed.refinement_id,
        weighed.refined_naming_policy_id,
        weighed.licence_row_id,
        weighed.licence_policy_id,
        weighed.review_policy,
        weighed.licence_review,
        weighed.naming_policy_id,
        weighed.first_met_clause_id,
        missing.missing_metrics,
    from questions
    left join weighed
        on
            questions.rule_set_id = weighed.rule_set_id
            and questions.valid_from = weighed.valid_from
            and questions.licence_profile_id = weighed.licence_profile_id
            and questions.item_profile_id = weighed.item_profile_id
            and weighed.position = 1
    left join missing
        on
            questions.rule_set_id = missing.rule_set_id
            and questions.valid_from = missing.valid_from
            and questions.licence_profile_id = missing.licence_profile_id
            and questions.item_profile_id = missing.item_profile_id
),

-- What is shown belongs to an outcome that stands; an unknown one shows what is missing instead. A
-- chip that a letter names shows the letter in place of a clause.
shown as (
    select
        answers.*,
        case
            when is_unknown then 'unknown'
            when strictness = -1 then 'not_controlled'
            when strictness = 0 then 'no_licence_needed'
            when strictness = 1 then 'licence_exception'
            when strictness = 2 then 'licence_presumption_of_approval'
            when strictness = 3 then 'licence_case_by_case'
            when strictness = 4 then 'licence_required'
            when strictness = 5 then 'licence_presumption_of_denial'
        end as outcome,
        not is_unknown and strictness >= 0 as is_item_shown,
    from answers
),

-- the list of missing metrics in order and without repeats
described as (
    select
        shown.rule_set_id,
        shown.valid_from,
        shown.licence_profile_id,
        shown.item_profile_id,
        shown.outcome,
        case when not shown.is_unknown then shown.strictness end as strictness,
        case when is_item_shown then shown.base_item end as base_item,
        case when is_item_shown then shown.refinement_id end as refinement_id,
        case when is_item_shown then shown.refined_naming_policy_id end
            as refined_naming_policy_id,
        case when is_item_shown then shown.naming_policy_id end as naming_policy_id,
        case when is_item_shown then shown.first_met_clause_id end as first_met_clause_id,
        case when is_item_shown then shown.licence_row_id end as licence_row_id,
        case when is_item_shown then shown.answering_item end as control_item,
        case
            when is_item_shown and shown.naming_policy_id is null then shown.first_met_clause_id
        end as clause_id,
        case
            when is_item_shown then coalesce(shown.naming_policy_id, shown.licence_policy_id)
        end as policy_id,
        case when is_item_shown then shown.licence_policy_id end as licence_policy_id,
        case when is_item_shown then shown.review_policy end as review_policy,
        case when is_item_shown then shown.licence_review end as licence_review,
        case
            when shown.is_unknown then array_to_string(
                list_sort(list_distinct(string_split(shown.missing_metrics, ','))), ','
            )
        end as missing_metrics,
        case
            when is_item_shown then inside_scopes.headroom_scope_id
            when not shown.is_unknown then outside_scopes.headroom_scope_id
        end as headroom_scope_id,
    from shown
    left join headroom_scopes as inside_scopes
        on
            shown.rule_set_id = inside_scopes.rule_set_id
            and shown.valid_from = inside_scopes.valid_from
            and inside_scopes.scope_kind = 'inside'
            and shown.base_item = inside_scopes.scope_key
    left join headroom_scopes as outside_scopes
        on
            shown.rule_set_id = outside_scopes.rule_set_id
            and shown.valid_from = outside_scopes.valid_from
            and outside_scopes.scope_kind = 'outside'
            and shown.licence_profile_id = outside_scopes.scope_key
)

select *
from described
