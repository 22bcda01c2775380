-- The worlds in which the outlook is told: of growth under the rules as they are, and of rules under the
-- expected growth. Of worlds of rules those alone stand here for which the assumptions have rows.
with scenarios as (
    select * from {{ ref('stg_scenarios__outlook_scenarios') }}
),

replacing as (
    select
        coalesce(growth_scenario, rule_scenario) as world_id,
        {{ joined_ids('replaces') }} as replaced_assumption_ids,
        {{ joined_ids('assumption_id') }} as assumption_ids,
    from {{ assumption_points(
        'accelerator_spending_growth', 'outlook_live_power_added', 'outlook_hbm_growth',
        'outlook_wafer_share', 'outlook_licensed_units', 'outlook_other_cards'
    ) }}
    where replaces is not null
    group by coalesce(growth_scenario, rule_scenario)
)

select
    scenarios.scenario_id as world_id,
    scenarios.kind,
    case scenarios.kind when 'rules' then scenarios.scenario_id else 'baseline' end as scenario_id,
    case scenarios.kind when 'growth' then scenarios.scenario_id else 'expected' end
        as growth_scenario_id,
    scenarios.title,
    scenarios.description,
    replacing.replaced_assumption_ids,
    replacing.assumption_ids,
from scenarios
left join replacing on scenarios.scenario_id = replacing.world_id
where
    scenarios.scenario_id = 'expected'
    or replacing.world_id is not null
