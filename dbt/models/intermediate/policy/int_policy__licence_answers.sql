-- Step 5: the licence row that answers for an item, a class of destinations and a kind of buyer.
-- The lowest rank wins (the ranks put a country's own row before the row of its group), then the
-- latest start, then the last policy.
with rules_in_force as (
    select * from {{ ref('int_policy__rules_in_force') }}
),

destination_codes as (
    select * from {{ ref('int_policy__destination_codes') }}
),

destination_classes as (
    select * from {{ ref('int_policy__destination_classes') }}
),

buyers as (
    select 'local' as buyer_headquarters
    union all
    select 'd5_or_macau' as buyer_headquarters
),

-- a class is read off the country that it is called by
class_codes as (
    select
        destination_classes.destination_class_id,
        destination_codes.destination_code,
        destination_codes.valid_from,
        destination_codes.valid_to,
    from destination_classes
    inner join destination_codes using (country_code)
    where destination_classes.country_code = destination_classes.destination_class_id
),

candidates as (
    select
        rules_in_force.*,
        class_codes.destination_class_id,
        buyers.buyer_headquarters,
    from rules_in_force
    inner join class_codes
        on
            rules_in_force.destination_group = class_codes.destination_code
            and rules_in_force.valid_from >= class_codes.valid_from
            and (
                class_codes.valid_to is null
                or rules_in_force.valid_from < class_codes.valid_to
            )
    inner join buyers
        on rules_in_force.buyer_scope in ('any', buyers.buyer_headquarters)
    where rules_in_force.role = 'licence'
),

answers as (
    select *
    from candidates
    qualify
        row_number() over (
            partition by
                rule_set_id, valid_from, destination_class_id, buyer_headquarters, control_item
            order by rank, row_valid_from desc, policy_id desc, rule_row_id
        ) = 1
)

-- Step 6 orders the standards; an empty one is a duty to hold a licence with no published standard.
select
    rule_set_id,
    valid_from,
    destination_class_id,
    buyer_headquarters,
    control_item,
    rule_row_id,
    policy_id,
    destination_group,
    review_policy,
    licence_review,
    row_valid_from,
    case
        when review_policy is null then 4
        when review_policy = 'presumption_of_denial' then 5
        when review_policy = 'case_by_case' then 3
        when review_policy = 'presumption_of_approval' then 2
        when review_policy like 'exception%' then 1
        when review_policy = 'none' then 0
    end as strictness,
from answers
