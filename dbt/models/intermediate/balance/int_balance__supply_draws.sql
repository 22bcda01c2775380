-- The steps of supply by region and for the world, the sum of the regions on the same draw.
with region_supply as (
    select * from {{ ref('int_balance__region_supply') }}
)

{% set measures = [
    'deployed_8bit', 'deployed_it_power_mw',
    'nominal_training', 'nominal_inference',
    'deployed_training', 'deployed_inference',
    'powered_training', 'powered_inference',
    'suitable_large', 'suitable_small', 'suitable_inference',
    'usable_large', 'usable_small', 'usable_inference',
    'merchant_large', 'merchant_small', 'merchant_inference',
] %}

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
from region_supply
group by scenario_id, quarter_start, draw
