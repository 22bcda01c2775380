-- The inputs of the cost floor per region and draw, one column each.
with cost_assumptions as (
    select * from {{ ref('int_prices__cost_assumptions') }}
),

assumption_draws as (
    select * from {{ ref('int_inputs__assumption_draws') }}
)

select
    cost_assumptions.region_id,
    assumption_draws.draw,
    {%- for input in [
        'server_overhead', 'network_share', 'residual_share', 'cost_of_capital', 'useful_life',
        'paid_utilisation', 'building_usd_per_it_mw', 'building_life', 'power_price', 'pue',
        'operations_share'
    ] %}
    max(assumption_draws.value) filter (where cost_assumptions.input = '{{ input }}') as {{ input }},
    {%- endfor %}
    coalesce(
        max(assumption_draws.value) filter (where cost_assumptions.input = 'building_cost_factor'), 1
    ) as building_cost_factor,
    coalesce(
        max(assumption_draws.value) filter (where cost_assumptions.input = 'cn_hardware_premium'), 1
    ) as hardware_premium,
    string_agg(cost_assumptions.assumption_id, ',') filter (
        where cost_assumptions.input <> 'cn_hardware_premium'
    ) as assumption_ids,
    max(cost_assumptions.assumption_id) filter (where cost_assumptions.input = 'cn_hardware_premium')
        as premium_assumption_id,
from cost_assumptions
inner join assumption_draws on cost_assumptions.assumption_id = assumption_draws.assumption_id
group by cost_assumptions.region_id, assumption_draws.draw
