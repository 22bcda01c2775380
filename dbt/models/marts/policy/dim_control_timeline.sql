-- which timeline of answers a destination and a buyer have in a scenario
with rule_sets as (
    select * from {{ ref('int_policy__rule_sets') }}
),

destination_classes as (
    select * from {{ ref('int_policy__destination_classes') }}
),

licence_timelines as (
    select * from {{ ref('int_policy__licence_timelines') }}
),

restrictions as (
    select * from {{ ref('int_policy__destination_restrictions') }}
),

restricted_destinations as (
    select
        scenario_id,
        country_code,
        buyer_headquarters,
    from restrictions
    group by scenario_id, country_code, buyer_headquarters
)

select
    rule_sets.scenario_id,
    destination_classes.country_code as destination_country,
    licence_timelines.buyer_headquarters,
    rule_sets.rule_set_id,
    licence_timelines.licence_timeline_id,
    restricted_destinations.country_code is not null as has_restrictions,
from rule_sets
inner join licence_timelines using (rule_set_id)
inner join destination_classes using (destination_class_id)
left join restricted_destinations
    on
        rule_sets.scenario_id = restricted_destinations.scenario_id
        and destination_classes.country_code = restricted_destinations.country_code
        and licence_timelines.buyer_headquarters = restricted_destinations.buyer_headquarters
