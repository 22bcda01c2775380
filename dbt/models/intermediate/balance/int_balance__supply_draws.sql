-- The steps of supply by region and for the world, the sum of the regions on the same draw. A
-- scenario has rows for what it changes, and its world adds the unchanged regions of the baseline.
-- Power and the 8-bit count are checks of what happened and not carried into scenarios.
with baseline as (
    select * from {{ ref('int_supply__region_supply') }}
),

scenario_supply as (
    select * from {{ ref('int_balance__scenario_supply') }}
),

scenario_cells as (
    select * from {{ ref('int_balance__scenario_cells') }}
),

{% set measures = [
    'deployed_8bit', 'deployed_it_power_mw',
    'nominal_training', 'nominal_inference',
    'deployed_training', 'deployed_inference',
    'powered_training', 'powered_inference',
    'suitable_large', 'suitable_small', 'suitable_inference',
    'usable_large', 'usable_small', 'usable_inference',
    'merchant_large', 'merchant_small', 'merchant_inference',
] %}

region_supply as (
    select * from baseline
    union all by name
    select * from scenario_supply
),

changed_worlds as (
    select
        scenario_id,
        quarter_start,
    from scenario_cells
    where
        region_id = 'WORLD'
        and scenario_id <> 'baseline'
        and drawn_from = scenario_id
),

-- regions that a changed world takes over as they were
unchanged as (
    select
        baseline.* replace (changed_worlds.scenario_id as scenario_id),
    from changed_worlds
    inner join scenario_cells
        on
            changed_worlds.scenario_id = scenario_cells.scenario_id
            and changed_worlds.quarter_start = scenario_cells.quarter_start
            and scenario_cells.drawn_from = 'baseline'
    inner join baseline
        on
            scenario_cells.quarter_start = baseline.quarter_start
            and scenario_cells.region_id = baseline.region_id
),

parts as (
    select * from region_supply
    union all by name
    select * from unchanged
)

select
    scenario_id,
    quarter_start,
    region_id,
    draw,
    {{ measures | join(',\n    ') }},
from region_supply

union all

select
    scenario_id,
    quarter_start,
    'WORLD' as region_id,
    draw,
    {%- for measure in measures %}
    {{ exact_sum(measure, 6 if measure.endswith('_mw') else 3) }} as {{ measure }},
    {%- endfor %}
from parts
group by scenario_id, quarter_start, draw
