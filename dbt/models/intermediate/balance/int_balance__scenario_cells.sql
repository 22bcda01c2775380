-- Whose draws hold in a quarter and region of a scenario: its own where it changes chips or work
-- there, those of the baseline before it changes anything and where it touches nothing, and nobody's
-- where a flow changes by a volume that no assumption states. Output that stays at home concerns
-- China alone; other unknown volumes leave the other buyers unknown as well.
with scenarios as (
    select * from {{ ref('int_policy__scenarios') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

regions as (
    select * from {{ ref('int_reference__regions') }}
),

scenario_quarters as (
    select * from {{ ref('int_balance__scenario_quarters') }}
),

supply_effects as (
    select * from {{ ref('int_balance__supply_effects') }} where draw = 0
),

scenario_demand as (
    select * from {{ ref('int_balance__scenario_demand') }} where draw = 0
),

changed as (
    select
        scenario_id,
        quarter_start,
        region_id,
    from supply_effects
    union
    select
        scenario_id,
        quarter_start,
        region_id,
    from scenario_demand
),

unknown as (
    select
        scenario_quarters.scenario_id,
        scenario_quarters.quarter_start,
        regions.region_id,
    from scenario_quarters
    inner join regions
        on not list_contains(scenario_quarters.pieces, 'domestic') or regions.region_id = 'CN'
    where scenario_quarters.volume_rule = 'unknown'
    group by all
),

cells as (
    select
        scenarios.scenario_id,
        quarters.quarter_start,
        regions.region_id,
        changed.region_id is not null as is_changed,
        unknown.region_id is not null as is_unknown,
    from scenarios
    cross join quarters
    cross join regions
    left join changed
        on
            scenarios.scenario_id = changed.scenario_id
            and quarters.quarter_start = changed.quarter_start
            and regions.region_id = changed.region_id
    left join unknown
        on
            scenarios.scenario_id = unknown.scenario_id
            and quarters.quarter_start = unknown.quarter_start
            and regions.region_id = unknown.region_id
),

-- the world is changed, or unknown, as soon as one of its regions is
marked as (
    select
        scenario_id,
        quarter_start,
        region_id,
        case
            when region_id = 'WORLD'
                then bool_or(is_changed) over (partition by scenario_id, quarter_start)
            else is_changed
        end as is_changed,
        case
            when region_id = 'WORLD'
                then bool_or(is_unknown) over (partition by scenario_id, quarter_start)
            else is_unknown
        end as is_unknown,
    from cells
)

select
    scenario_id,
    quarter_start,
    region_id,
    not is_unknown as is_quantified,
    case
        when is_unknown then null
        when is_changed then scenario_id
        else 'baseline'
    end as drawn_from,
from marked
