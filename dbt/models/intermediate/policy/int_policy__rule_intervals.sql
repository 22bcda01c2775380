-- The horizon of a rule set, cut wherever a row in use or the membership of a country in a group
-- starts or ends. Nothing that decides a status changes within an interval.
with rule_sets as (
    select * from {{ ref('int_policy__rule_sets') }}
),

rules as (
    select * from {{ ref('int_policy__rules_by_scenario') }}
),

destination_codes as (
    select * from {{ ref('int_policy__destination_codes') }}
),

-- a set is read off the scenario that it is called by
rule_days as (
    select
        rule_set_id,
        valid_from,
        valid_to,
    from rules
    inner join rule_sets on rules.scenario_id = rule_sets.scenario_id
    where
        rule_sets.scenario_id = rule_sets.rule_set_id
        and role not in ('information', 'restriction', 'flag')
),

set_ids as (
    select rule_set_id
    from rule_sets
    group by rule_set_id
),

cut_days as (
    select rule_set_id, date '{{ var("horizon_start") }}' as valid_from from set_ids
    union
    select rule_set_id, valid_from from rule_days
    union
    select rule_set_id, valid_to from rule_days
    union
    select rule_set_id, valid_from from set_ids cross join destination_codes
    union
    select rule_set_id, valid_to from set_ids cross join destination_codes
)

select
    rule_set_id,
    valid_from,
    lead(valid_from) over (partition by rule_set_id order by valid_from) as valid_to,
from cut_days
where valid_from >= date '{{ var("horizon_start") }}'
