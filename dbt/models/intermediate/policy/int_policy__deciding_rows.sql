-- What decided the outcome for an item profile at a licence profile: the letter, the naming, the
-- refinement or the clause behind the item that is shown; else what kept the chip out of every item
-- that reaches the destination, the vendor's statement before a removal, that before a letter that
-- does not reach, and last that no clause is met or none is in force.
with outcomes as (
    select * from {{ ref('int_policy__profile_outcomes') }}
),

rules_in_force as (
    select * from {{ ref('int_policy__rules_in_force') }}
),

licence_answers as (
    select * from {{ ref('int_policy__licence_answers') }}
),

licence_profiles as (
    select * from {{ ref('int_policy__licence_profiles') }}
),

item_profiles as (
    select * from {{ ref('int_policy__item_profiles') }}
),

excluded_items as (
    select * from {{ ref('int_policy__excluded_items') }}
),

items as (
    select * from {{ ref('int_policy__items_after_removal') }}
),

refinements as (
    select * from {{ ref('int_policy__refinement_results') }}
),

-- profiles are read off the members that they are called by
item_leaders as (
    select *
    from item_profiles
    where item_profile_id = concat(chip_class_id, '/', item_profiles.transaction)
),

answered_items as (
    select
        rule_set_id,
        valid_from,
        licence_profiles.licence_profile_id,
        licence_answers.control_item,
    from licence_answers
    inner join licence_profiles
        using (rule_set_id, valid_from, destination_class_id, buyer_headquarters)
    where
        licence_profiles.licence_profile_id
        = concat(licence_answers.destination_class_id, '/', licence_answers.buyer_headquarters)
),

-- an item reaches a destination with a licence row of its own or of a finer item
reaching_items as (
    select * from answered_items
    union
    select
        rules_in_force.rule_set_id,
        rules_in_force.valid_from,
        answered_items.licence_profile_id,
        rules_in_force.control_item,
    from rules_in_force
    inner join answered_items
        on
            rules_in_force.rule_set_id = answered_items.rule_set_id
            and rules_in_force.valid_from = answered_items.valid_from
            and rules_in_force.refined_item = answered_items.control_item
    where rules_in_force.role = 'refinement'
),

exclusions as (
    select
        rule_set_id,
        valid_from,
        item_leaders.item_profile_id,
        reaching_items.licence_profile_id,
        min(case when exclusion_kind = 'vendor_statement' then exclusion_id end) as statement_id,
        min(case when exclusion_kind = 'removal' then exclusion_id end) as removal_id,
    from excluded_items
    inner join item_leaders using (rule_set_id, valid_from, chip_class_id, transaction)
    inner join reaching_items using (rule_set_id, valid_from, control_item)
    group by
        rule_set_id, valid_from, item_leaders.item_profile_id, reaching_items.licence_profile_id
),

-- a letter that names the chip and reaches other destinations only
letters_elsewhere as (
    select
        rule_set_id,
        valid_from,
        item_leaders.item_profile_id,
        outcomes.licence_profile_id,
        min(items.naming_policy_id) as letter_id,
    from items
    inner join item_leaders using (rule_set_id, valid_from, chip_class_id, transaction)
    inner join outcomes using (rule_set_id, valid_from, item_profile_id)
    left join reaching_items
        on
            items.rule_set_id = reaching_items.rule_set_id
            and items.valid_from = reaching_items.valid_from
            and items.control_item = reaching_items.control_item
            and outcomes.licence_profile_id = reaching_items.licence_profile_id
    where
        items.naming_policy_id is not null
        and outcomes.outcome = 'not_controlled'
        and reaching_items.control_item is null
    group by
        rule_set_id, valid_from, item_leaders.item_profile_id, outcomes.licence_profile_id
),

profiles_with_clauses as (
    select
        rule_set_id,
        valid_from,
        reaching_items.licence_profile_id,
    from rules_in_force
    inner join reaching_items using (rule_set_id, valid_from, control_item)
    where
        rules_in_force.role = 'clause'
        -- what every chip meets is no limit that a chip could stay below
        and rules_in_force.metric <> 'any_chip'
    group by rule_set_id, valid_from, reaching_items.licence_profile_id
),

-- the refinements of the same act that come before the one that answers, with what they lack
earlier_failures as (
    select
        rule_set_id,
        valid_from,
        item_leaders.item_profile_id,
        answering.control_item as base_item,
        answering.refinement_id,
        string_agg(
            concat(earlier.refinement_id, ':', earlier.failed_conditions), ';'
            order by earlier.rank, earlier.refinement_id
        ) as failures,
    from refinements as answering
    inner join refinements as earlier
        using (rule_set_id, valid_from, chip_class_id, transaction, control_item, policy_id)
    inner join item_leaders using (rule_set_id, valid_from, chip_class_id, transaction)
    where
        earlier.rank < answering.rank
        and earlier.failed_conditions is not null
    group by
        rule_set_id, valid_from, item_leaders.item_profile_id, answering.control_item,
        answering.refinement_id
)

select
    outcomes.rule_set_id,
    outcomes.valid_from,
    outcomes.licence_profile_id,
    outcomes.item_profile_id,
    case
        when outcomes.outcome = 'unknown' then 'missing_metric'
        when outcomes.outcome = 'no_licence_needed' then 'destination'
        when outcomes.refined_naming_policy_id is not null then 'named_in_rule'
        when outcomes.refinement_id is not null then 'refinement'
        when outcomes.naming_policy_id is not null then 'letter'
        when outcomes.first_met_clause_id is not null then 'clause'
        when exclusions.statement_id is not null then 'vendor_statement'
        when exclusions.removal_id is not null then 'removal'
        when letters_elsewhere.letter_id is not null then 'letter_elsewhere'
        when profiles_with_clauses.licence_profile_id is not null then 'no_clause_met'
        else 'no_rule'
    end as deciding_kind,
    case
        when outcomes.outcome = 'unknown' then outcomes.missing_metrics
        when outcomes.outcome = 'no_licence_needed' then outcomes.control_item
        when outcomes.refined_naming_policy_id is not null
            then outcomes.refined_naming_policy_id
        when outcomes.refinement_id is not null then outcomes.refinement_id
        when outcomes.naming_policy_id is not null then outcomes.naming_policy_id
        when outcomes.first_met_clause_id is not null then outcomes.first_met_clause_id
        else coalesce(
            exclusions.statement_id, exclusions.removal_id, letters_elsewhere.letter_id
        )
    end as deciding_id,
    case
        when outcomes.refined_naming_policy_id is null and outcomes.outcome <> 'no_licence_needed'
            then earlier_failures.failures
    end as deciding_detail,
from outcomes
left join exclusions using (rule_set_id, valid_from, item_profile_id, licence_profile_id)
left join letters_elsewhere using (rule_set_id, valid_from, item_profile_id, licence_profile_id)
left join profiles_with_clauses using (rule_set_id, valid_from, licence_profile_id)
left join earlier_failures
    using (rule_set_id, valid_from, item_profile_id, base_item, refinement_id)
