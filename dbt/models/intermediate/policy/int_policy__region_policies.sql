-- Which policies on chips are in force for exports to a region in an interval. A policy counts
-- where its licence row answers, with something to hold, for an item that some chip can meet, or
-- where its clauses, names or refinements make up such an item. Embargoes are no policies on
-- chips.
with rules_in_force as (
    select * from {{ ref('int_policy__rules_in_force') }}
),

licence_answers as (
    select * from {{ ref('int_policy__licence_answers') }}
),

destination_classes as (
    select * from {{ ref('int_policy__destination_classes') }}
),

countries as (
    select * from {{ ref('stg_countries__countries') }}
),

policy_events as (
    select * from {{ ref('stg_export_controls__policy_events') }}
),

base_items as (
    select
        rule_set_id,
        valid_from,
        control_item,
    from rules_in_force
    where role in ('clause', 'naming')
    group by rule_set_id, valid_from, control_item
),

live_items as (
    select
        rule_set_id,
        valid_from,
        control_item,
    from base_items
    union
    select
        rules_in_force.rule_set_id,
        rules_in_force.valid_from,
        rules_in_force.refined_item as control_item,
    from rules_in_force
    inner join base_items using (rule_set_id, valid_from, control_item)
    where rules_in_force.role = 'refinement'
),

binding_answers as (
    select licence_answers.*
    from licence_answers
    inner join live_items using (rule_set_id, valid_from, control_item)
    where strictness > 0
),

item_policies as (
    select
        rule_set_id,
        valid_from,
        case when role = 'refinement' then refined_item else control_item end as control_item,
        policy_id,
        row_valid_from,
    from rules_in_force
    where role in ('clause', 'naming', 'naming_refined', 'refinement')
),

reaching_policies as (
    select
        rule_set_id,
        valid_from,
        destination_class_id,
        policy_id,
        row_valid_from,
    from binding_answers
    union all
    select
        binding_answers.rule_set_id,
        binding_answers.valid_from,
        binding_answers.destination_class_id,
        item_policies.policy_id,
        item_policies.row_valid_from,
    from binding_answers
    inner join item_policies using (rule_set_id, valid_from, control_item)
),

policies_by_class as (
    select
        rule_set_id,
        valid_from,
        destination_class_id,
        policy_id,
        min(row_valid_from) as in_force_from,
    from reaching_policies
    inner join policy_events using (policy_id)
    where {{ list_holds('affects', 'chips') }}
    group by rule_set_id, valid_from, destination_class_id, policy_id
),

destinations as (
    select
        country_code,
        destination_class_id,
        region_id,
    from destination_classes
    inner join countries using (country_code)
    union all
    select
        country_code,
        destination_class_id,
        'WORLD' as region_id,
    from destination_classes
)

select
    policies_by_class.rule_set_id,
    policies_by_class.valid_from,
    destinations.region_id,
    policies_by_class.policy_id,
    min(policies_by_class.in_force_from) as in_force_from,
    bool_or(destinations.country_code = destinations.region_id) as reaches_main_country,
    count(*) as countries,
from policies_by_class
inner join destinations using (destination_class_id)
group by
    policies_by_class.rule_set_id,
    policies_by_class.valid_from,
    destinations.region_id,
    policies_by_class.policy_id
