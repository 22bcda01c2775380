{{ config(materialized='view') }}

-- The reasoning for a chip at a destination: each control item that reaches it, whether the chip
-- meets the item, and the licence row that answers. A view, because it is asked for one status at
-- a time.
with item_outcomes as (
    select * from {{ ref('int_policy__item_outcomes') }}
),

item_profiles as (
    select * from {{ ref('int_policy__item_profiles') }}
),

licence_profiles as (
    select * from {{ ref('int_policy__licence_profiles') }}
),

chip_classes as (
    select * from {{ ref('int_policy__chip_classes') }}
),

destination_classes as (
    select * from {{ ref('int_policy__destination_classes') }}
),

rule_sets as (
    select * from {{ ref('int_policy__rule_sets') }}
),

intervals as (
    select * from {{ ref('int_policy__rule_intervals') }}
)

select
    rule_sets.scenario_id,
    chip_classes.chip_id,
    destination_classes.country_code as destination_country,
    licence_profiles.buyer_headquarters,
    item_profiles.transaction,
    item_outcomes.valid_from,
    intervals.valid_to,
    item_outcomes.control_item,
    item_outcomes.is_met,
    item_outcomes.first_met_clause_id,
    item_outcomes.naming_policy_id,
    item_outcomes.answering_item,
    item_outcomes.licence_row_id,
    item_outcomes.licence_policy_id,
    item_outcomes.review_policy,
    item_outcomes.licence_review,
    item_outcomes.strictness,
    item_outcomes.lowest_strictness,
    item_outcomes.highest_strictness,
    item_outcomes.missing_metrics,
from item_outcomes
inner join rule_sets using (rule_set_id)
inner join intervals using (rule_set_id, valid_from)
inner join item_profiles using (rule_set_id, valid_from, item_profile_id)
inner join chip_classes using (chip_class_id)
inner join licence_profiles using (rule_set_id, valid_from, licence_profile_id)
inner join destination_classes using (destination_class_id)
