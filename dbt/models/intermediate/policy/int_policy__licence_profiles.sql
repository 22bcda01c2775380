-- Destinations and buyers that get the same licence row for every item in an interval share a
-- profile, so that items are weighed once for all of them. A profile is called by its first class
-- and buyer.
with answers as (
    select * from {{ ref('int_policy__licence_answers') }}
),

intervals as (
    select * from {{ ref('int_policy__rule_intervals') }}
),

destination_classes as (
    select * from {{ ref('int_policy__destination_classes') }}
),

buyers as (
    select 'local' as buyer_headquarters
    union all
    select 'd5_or_macau' as buyer_headquarters
),

-- a destination that no row reaches has a profile as well, an empty one
destinations as (
    select
        intervals.rule_set_id,
        intervals.valid_from,
        destination_classes.destination_class_id,
        buyers.buyer_headquarters,
    from intervals
    cross join destination_classes
    cross join buyers
    where destination_classes.country_code = destination_classes.destination_class_id
),

contents as (
    select
        rule_set_id,
        valid_from,
        destination_class_id,
        buyer_headquarters,
        string_agg(rule_row_id, ';' order by control_item) as answers,
    from answers
    group by rule_set_id, valid_from, destination_class_id, buyer_headquarters
)

select
    rule_set_id,
    valid_from,
    destination_class_id,
    buyer_headquarters,
    min(concat(destination_class_id, '/', buyer_headquarters)) over (
        partition by rule_set_id, valid_from, answers
    ) as licence_profile_id,
from destinations
left join contents using (rule_set_id, valid_from, destination_class_id, buyer_headquarters)
