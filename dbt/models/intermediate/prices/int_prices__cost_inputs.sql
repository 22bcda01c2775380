-- The inputs of the cost floor per region and draw, one column each.
{% set everywhere = [
    'server_overhead', 'network_share', 'residual_share', 'cost_of_capital', 'useful_life',
    'paid_utilisation', 'building_usd_per_it_mw', 'building_life', 'power_price', 'pue',
    'operations_share',
] %}
{% set inputs = everywhere + ['building_cost_factor', 'cn_hardware_premium'] %}

with regions as (
    select * from {{ ref('int_reference__regions') }}
),

inputs as (
    select * from {{ assumption_points(*inputs) }}
),

-- a region without a row of its own takes the row that holds for all, else that of another region
chosen as (
    select
        regions.region_id,
        inputs.assumption_id,
    from inputs
    cross join regions
    where
        regions.region_id <> 'WORLD'
        -- factors of one region are no inputs of others
        and (
            inputs.parameter not in ('building_cost_factor', 'cn_hardware_premium')
            or inputs.region_id = regions.region_id
        )
    qualify row_number() over (
        partition by regions.region_id, inputs.parameter
        order by
            inputs.region_id = regions.region_id desc nulls last,
            inputs.also_region_id = regions.region_id desc nulls last,
            inputs.region_id is null desc,
            inputs.assumption_id
    ) = 1
)

select
    chosen.region_id,
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
    string_agg(drawn.assumption_id, ',') filter (where drawn.parameter <> 'cn_hardware_premium')
        as assumption_ids,
    max(drawn.assumption_id) filter (where drawn.parameter = 'cn_hardware_premium')
        as premium_assumption_id,
from chosen
inner join {{ assumption_draws(*inputs) }} as drawn
    on chosen.assumption_id = drawn.assumption_id
group by chosen.region_id, drawn.draw
