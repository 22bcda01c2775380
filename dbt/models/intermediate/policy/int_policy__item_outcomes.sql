-- Step 4, second half: which row answers for an item of an item profile at a licence profile. The
-- first refinement that is met and has a licence row replaces the item, else the item itself
-- answers; refinements that are undecided and come before it stay possible, and so bound the
-- strictness.
with items_after_removal as (
    select * from {{ ref('int_policy__items_after_removal') }}
),

refinement_results as (
    select * from {{ ref('int_policy__refinement_results') }}
),

item_profiles as (
    select * from {{ ref('int_policy__item_profiles') }}
),

licence_answers as (
    select * from {{ ref('int_policy__licence_answers') }}
),

licence_profiles as (
    select * from {{ ref('int_policy__licence_profiles') }}
),

-- a profile is read off the members that it is called by
items as (
    select
        items_after_removal.*,
        item_profiles.item_profile_id,
    from items_after_removal
    inner join item_profiles using (rule_set_id, valid_from, chip_class_id, transaction)
    where
        item_profiles.item_profile_id
        = concat(items_after_removal.chip_class_id, '/', items_after_removal.transaction)
),

refinements as (
    select
        refinement_results.*,
        item_profiles.item_profile_id,
    from refinement_results
    inner join item_profiles using (rule_set_id, valid_from, chip_class_id, transaction)
    where
        item_profiles.item_profile_id
        = concat(refinement_results.chip_class_id, '/', refinement_results.transaction)
        and refinement_results.is_met is distinct from false
),

profile_answers as (
    select
        licence_answers.*,
        licence_profiles.licence_profile_id,
    from licence_answers
    inner join licence_profiles
        using (rule_set_id, valid_from, destination_class_id, buyer_headquarters)
    where
        licence_profiles.licence_profile_id
        = concat(licence_answers.destination_class_id, '/', licence_answers.buyer_headquarters)
),

-- the item itself comes after all its refinements
options as (
    select
        rule_set_id,
        item_profile_id,
        valid_from,
        control_item,
        control_item as answering_item,
        true as is_met,
        cast(null as bigint) as rank,
        cast(null as varchar) as refinement_id,
        cast(null as varchar) as refined_naming_policy_id,
        cast(null as varchar) as missing_metrics,
    from items
    union all
    select
        rule_set_id,
        item_profile_id,
        valid_from,
        control_item,
        refined_item as answering_item,
        is_met,
        rank,
        refinement_id,
        naming_policy_id as refined_naming_policy_id,
        missing_metrics,
    from refinements
),

-- an option without a licence row for the destination cannot answer
reaching_options as (
    select
        options.*,
        profile_answers.licence_profile_id,
        profile_answers.rule_row_id,
        profile_answers.policy_id,
        profile_answers.review_policy,
        profile_answers.licence_review,
        profile_answers.row_valid_from,
        profile_answers.strictness,
        row_number() over (
            partition by
                options.rule_set_id,
                options.item_profile_id,
                options.valid_from,
                options.control_item,
                profile_answers.licence_profile_id
            order by options.rank nulls last, options.refinement_id
        ) as position,
    from options
    inner join profile_answers
        on
            options.rule_set_id = profile_answers.rule_set_id
            and options.valid_from = profile_answers.valid_from
            and options.answering_item = profile_answers.control_item
),

positions as (
    select
        *,
        min(case when is_met then position end) over (
            partition by
                rule_set_id, item_profile_id, valid_from, control_item,
                licence_profile_id
        ) as answering_position,
    from reaching_options
),

-- strictness -1 stands for an item that does not reach the destination
outcomes as (
    select
        rule_set_id,
        item_profile_id,
        valid_from,
        licence_profile_id,
        control_item,
        max(case when position = answering_position then answering_item end) as answering_item,
        max(case when position = answering_position then refinement_id end) as refinement_id,
        max(case when position = answering_position then refined_naming_policy_id end)
            as refined_naming_policy_id,
        max(case when position = answering_position then rule_row_id end) as licence_row_id,
        max(case when position = answering_position then policy_id end) as licence_policy_id,
        max(case when position = answering_position then review_policy end) as review_policy,
        max(case when position = answering_position then licence_review end) as licence_review,
        max(case when position = answering_position then row_valid_from end)
            as licence_valid_from,
        coalesce(max(case when position = answering_position then strictness end), -1)
            as strictness,
        min(strictness) as lowest_strictness,
        max(strictness) as highest_strictness,
    from positions
    where answering_position is null or position <= answering_position
    group by
        rule_set_id, item_profile_id, valid_from, licence_profile_id, control_item
),

-- what is missing counts where it would lead to another strictness than the answer's
undecided_refinements as (
    select
        positions.rule_set_id,
        positions.item_profile_id,
        positions.valid_from,
        positions.licence_profile_id,
        positions.control_item,
        string_agg(positions.missing_metrics, ',' order by positions.position)
            as missing_metrics,
    from positions
    inner join outcomes
        using (
            rule_set_id, item_profile_id, valid_from, licence_profile_id, control_item
        )
    where
        positions.is_met is null
        and (answering_position is null or positions.position < answering_position)
        and positions.strictness <> outcomes.strictness
    group by
        positions.rule_set_id,
        positions.item_profile_id,
        positions.valid_from,
        positions.licence_profile_id,
        positions.control_item
)

select
    rule_set_id,
    item_profile_id,
    valid_from,
    licence_profile_id,
    control_item,
    items.is_met,
    outcomes.answering_item,
    outcomes.refinement_id,
    outcomes.refined_naming_policy_id,
    outcomes.licence_row_id,
    outcomes.licence_policy_id,
    outcomes.review_policy,
    outcomes.licence_review,
    outcomes.licence_valid_from,
    items.naming_policy_id,
    items.first_met_clause_id,
    outcomes.strictness,
    -- an item that may not hold, or whose answer is still open, may also not reach
    case
        when items.is_met and outcomes.answering_item is not null then outcomes.lowest_strictness
        else -1
    end as lowest_strictness,
    outcomes.highest_strictness,
    nullif(concat_ws(',', items.missing_metrics, undecided_refinements.missing_metrics), '')
        as missing_metrics,
from outcomes
inner join items
    using (rule_set_id, item_profile_id, valid_from, control_item)
left join undecided_refinements
    using (rule_set_id, item_profile_id, valid_from, licence_profile_id, control_item)
