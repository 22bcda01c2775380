-- Which part of a quarter a scenario changes, for each flow it touches. A change begins on the day
-- of its policy: the scenario's own day for it, else the day on which it took effect; where the flow
-- names a day of its own, on that. Chips that the quarter of the start shows may have come before
-- the change, evenly over the quarter, or after it.
with scenario_flows as (
    select * from {{ ref('stg_scenarios__scenario_flows') }}
),

switches as (
    select * from {{ ref('int_policy__scenario_switches') }}
),

policies as (
    select * from {{ ref('int_policy__policies') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

policy_days as (
    select
        switches.scenario_id,
        switches.policy_id,
        coalesce(switches.new_start_on, policies.effective_on, policies.public_on) as day_on,
    from switches
    inner join policies on switches.policy_id = policies.policy_id
),

days as (
    select
        scenario_flows.*,
        coalesce(scenario_flows.starts_on, starts.day_on) as first_day,
        coalesce(scenario_flows.ends_on, ends.day_on) as end_day,
    from scenario_flows
    inner join policy_days as starts
        on
            scenario_flows.scenario_id = starts.scenario_id
            and scenario_flows.starts_with = starts.policy_id
    left join policy_days as ends
        on
            scenario_flows.scenario_id = ends.scenario_id
            and scenario_flows.ends_with = ends.policy_id
),

shares as (
    select
        days.scenario_id,
        days.flow_id,
        string_split(days.pieces, ';') as pieces,
        string_split(days.chip_ids, ';') as chip_ids,
        days.volume_rule,
        days.counterfactual_chip_id,
        days.assumption_id,
        days.volume_factor,
        days.source_vendor,
        days.first_quarter,
        days.first_day,
        days.end_day,
        quarters.quarter_start,
        date_diff(
            'day',
            greatest(days.first_day, quarters.quarter_start),
            least(coalesce(days.end_day, quarters.quarter_end + 1), quarters.quarter_end + 1)
        )
        / date_diff('day', quarters.quarter_start, quarters.quarter_end + 1) as changed_share,
    from days
    inner join quarters
        on
            days.first_day <= quarters.quarter_end
            and coalesce(days.end_day > quarters.quarter_start, true)
)

select
    *,
    case
        when first_day <= quarter_start then changed_share
        else case first_quarter
            when 'before' then 0
            when 'evenly' then changed_share
            when 'after' then 1
        end
    end as touched_share,
from shares
