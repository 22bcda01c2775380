-- The rows of a rule set that are in force in an interval; every later step reads this one.
with intervals as (
    select * from {{ ref('int_policy__rule_intervals') }}
),

rules as (
    select * from {{ ref('int_policy__rules_by_scenario') }}
)

select
    intervals.rule_set_id,
    intervals.valid_from,
    rules.rule_row_id,
    rules.role,
    rules.policy_id,
    rules.control_item,
    rules.clause_id,
    rules.metric,
    rules.operator,
    rules.threshold,
    rules.refinement_id,
    rules.refined_item,
    rules.needs_item,
    rules.transaction,
    rules.chip_id,
    rules.chip_selector,
    rules.rank,
    rules.destination_group,
    rules.buyer_scope,
    rules.review_policy,
    rules.licence_review,
    rules.valid_from as row_valid_from,
from intervals
inner join rules
    on
        intervals.rule_set_id = rules.scenario_id
        and intervals.valid_from >= rules.valid_from
        and (rules.valid_to is null or intervals.valid_from < rules.valid_to)
where rules.role not in ('information', 'restriction')
