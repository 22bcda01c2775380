-- The steps of supply in the world of a scenario, on every draw, for the quarters and regions that
-- it changes: the baseline less what the rules did to it. The deviates are those of the baseline, so
-- that the two worlds differ by the rules alone.
with region_supply as (
    select * from {{ ref('int_supply__region_supply') }}
),

supply_effects as (
    select * from {{ ref('int_balance__supply_effects') }}
),

scenario_cells as (
    select * from {{ ref('int_balance__scenario_cells') }}
    where
        scenario_id <> 'baseline'
        and drawn_from = scenario_id
        and region_id <> 'WORLD'
),

{% set measures = [
    'nominal_training', 'nominal_inference',
    'deployed_training', 'deployed_inference',
    'powered_training', 'powered_inference',
    'suitable_large', 'suitable_small', 'suitable_inference',
    'usable_large', 'usable_small', 'usable_inference',
    'merchant_large', 'merchant_small', 'merchant_inference',
    'potential_grade', 'potential_large',
    'merchant_potential_all', 'merchant_potential_grade', 'merchant_potential_large',
] %}

totals as (
    select
        scenario_id,
        quarter_start,
        region_id,
        draw,
        {%- for measure in measures %}
        {{ exact_sum(measure) }} as {{ measure }},
        {%- endfor %}
    from supply_effects
    group by scenario_id, quarter_start, region_id, draw
)

-- A chip that the rules alone brought leaves nothing behind, and the thousandths to which effects
-- are kept must not leave less than nothing.
select
    scenario_cells.scenario_id,
    scenario_cells.quarter_start,
    scenario_cells.region_id,
    region_supply.draw,
    {%- for measure in measures %}
    greatest(0, region_supply.{{ measure }} - coalesce(totals.{{ measure }}, 0))
        as {{ measure }}{{ ',' if not loop.last }}
    {%- endfor %}
from scenario_cells
inner join region_supply
    on
        scenario_cells.quarter_start = region_supply.quarter_start
        and scenario_cells.region_id = region_supply.region_id
left join totals
    on
        scenario_cells.scenario_id = totals.scenario_id
        and scenario_cells.quarter_start = totals.quarter_start
        and scenario_cells.region_id = totals.region_id
        and region_supply.draw = totals.draw
