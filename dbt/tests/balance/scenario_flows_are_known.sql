-- A flow of a scenario that names a chip, an assumption or a policy that the model does not find
-- would change nothing in silence: its chips are listed, its assumption is one of the parameter that
-- its rule of volume reads, its start (and its end) is a policy that the scenario switches. Every
-- scenario has a flow, or nobody could say what it changes.
with scenario_flows as (
    select * from {{ ref('stg_scenarios__scenario_flows') }}
),

named_chips as (
    select
        scenario_id,
        flow_id,
        unnest(string_split(chip_ids, ';')) as chip_id,
    from scenario_flows
)

select
    scenario_id,
    flow_id,
    'chip ' || chip_id as what,
from named_chips
where chip_id not in (select chip_id from {{ ref('int_reference__chips') }})

union all

select
    scenario_flows.scenario_id,
    scenario_flows.flow_id,
    'assumption ' || scenario_flows.assumption_id as what,
from scenario_flows
left join {{ assumption_points(
    'counterfactual_share', 'counterfactual_units', 'domestic_response'
) }} as judged
    on
        scenario_flows.assumption_id = judged.assumption_id
        and judged.parameter = case scenario_flows.volume_rule
            when 'share_of_vendor' then 'counterfactual_share'
            when 'units' then 'counterfactual_units'
            when 'shrinks_with_gap' then 'domestic_response'
        end
where
    scenario_flows.assumption_id is not null
    and judged.assumption_id is null

union all

select
    scenario_flows.scenario_id,
    scenario_flows.flow_id,
    'policy ' || policies.policy_id as what,
from scenario_flows
cross join unnest([scenario_flows.starts_with, scenario_flows.ends_with]) as policies (policy_id)
left join {{ ref('int_policy__scenario_switches') }} as switches
    on
        scenario_flows.scenario_id = switches.scenario_id
        and policies.policy_id = switches.policy_id
where
    policies.policy_id is not null
    and switches.policy_id is null

union all

select
    scenario_id,
    null as flow_id,
    'no flow' as what,
from {{ ref('int_policy__scenarios') }}
where
    scenario_id <> 'baseline'
    and scenario_id not in (select scenario_id from scenario_flows)
