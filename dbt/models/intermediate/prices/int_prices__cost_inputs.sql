-- The inputs of the cost floor per region and draw, one column each.
{% set everywhere = [
    'server_overhead', 'network_share', 'residual_share', 'cost_of_capital', 'useful_life',
    'paid_utilisation', 'building_usd_per_it_mw', 'building_life', 'power_price', 'pue',
    'operations_share',
] %}
{% set inputs = everywhere + ['building_cost_factor', 'cn_hardware_premium'] %}

with cost_assumptions as (
    select * from {{ ref('int_prices__cost_assumptions') }}
)

select
    cost_assumptions.region_id,
    drawn.draw,
    {%- for input in everywhere %}
    max(drawn.value) filter (where drawn.parameter = '{{ input }}') as {{ input }},
    {%- endfor %}
    coalesce(
        max(drawn.value) filter (where drawn.parameter = 'building_cost_factor'), 1
    ) as building_cost_factor,
    coalesce(
        max(drawn.value) filter (where drawn.parameter = 'cn_hardware_premium'), 1
    ) as hardware_premium,
    string_agg(drawn.assumption_id, ',' order by drawn.assumption_id)
        filter (where drawn.parameter <> 'cn_hardware_premium') as assumption_ids,
    max(drawn.assumption_id) filter (where drawn.parameter = 'cn_hardware_premium')
        as premium_assumption_id,
from cost_assumptions
inner join {{ assumption_draws(*inputs) }} as drawn
    on cost_assumptions.assumption_id = drawn.assumption_id
group by cost_assumptions.region_id, drawn.draw
