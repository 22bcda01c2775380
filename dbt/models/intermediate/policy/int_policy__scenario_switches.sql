-- What a scenario does to a policy. All switches apply together to the rows as coded, so the number
-- of days a policy moves is counted from its first coded day, whatever the other switches do.
with scenarios as (
    select * from {{ ref('stg_scenarios__scenarios') }}
),

policy_events as (
    select * from {{ ref('stg_export_controls__policy_events') }}
),

rule_book as (
    select * from {{ ref('int_policy__rule_book') }}
),

first_days as (
    select
        policy_id,
        min(valid_from) as first_valid_from,
    from rule_book
    group by policy_id
),

switches as (
    select
        scenario_id,
        scenarios.policy_id,
        max(switch = 'off') as is_off,
        -- a day that the scenario states comes before the day that the policy had in view
        coalesce(
            max(case when switch = 'effective_from' then scenarios.value_on end),
            max(case when switch = 'on' then coalesce(effective_on, public_on) end)
        ) as new_start_on,
        max(switch = 'ended_on') as has_new_end,
        max(case when switch = 'ended_on' then scenarios.value_on end) as new_end_on,
    from scenarios
    left join policy_events using (policy_id)
    group by scenario_id, scenarios.policy_id
)

select
    scenario_id,
    switches.policy_id,
    is_off,
    new_start_on,
    -- nothing to count from where no row of the policy has a day: then only empty starts are filled
    coalesce(date_diff('day', first_valid_from, new_start_on), 0) as moved_by_days,
    has_new_end,
    new_end_on,
from switches
left join first_days using (policy_id)
