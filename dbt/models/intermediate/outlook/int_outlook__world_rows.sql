-- Which assumptions hold in each world, of the parameters that some world changes: the rows of the world,
-- and all others that none of them replaces.
with worlds as (
    select * from {{ ref('int_outlook__worlds') }}
),

judged as (
    select
        assumption_id,
        replaces,
        coalesce(growth_scenario, rule_scenario) as world_id,
    from {{ assumption_points(
        'accelerator_spending_growth', 'outlook_live_power_added', 'outlook_hbm_growth',
        'outlook_wafer_share', 'outlook_licensed_units', 'outlook_other_cards'
    ) }}
)

select
    worlds.world_id,
    worlds.kind,
    judged.assumption_id,
from worlds
inner join judged on coalesce(judged.world_id = worlds.world_id, true)
left join judged as instead
    on
        worlds.world_id = instead.world_id
        and judged.assumption_id = instead.replaces
where instead.assumption_id is null
