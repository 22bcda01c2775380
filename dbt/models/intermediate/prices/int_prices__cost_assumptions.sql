{#- the part of the cost that an input goes into; hours are those that all parts are spread over -#}
{%- set parts = {
    'server_overhead': 'hardware',
    'network_share': 'hardware',
    'cn_hardware_premium': 'hardware',
    'cost_of_capital': 'capital',
    'useful_life': 'capital',
    'residual_share': 'capital',
    'building_usd_per_it_mw': 'building',
    'building_cost_factor': 'building',
    'building_life': 'building',
    'power_price': 'power',
    'pue': 'power',
    'operations_share': 'operations',
    'paid_utilisation': 'hours',
} -%}
-- Which assumption a region takes for each input of the cost floor, and the part of the cost that
-- the input goes into.
with regions as (
    select * from {{ ref('int_reference__regions') }}
),

inputs as (
    select
        assumption_id,
        parameter as input,
        region_id,
        also_region_id,
    from {{ cited_assumptions(parts.keys()) }}
),

-- a region without a row of its own takes the row that holds for all, else that of another region
chosen as (
    select
        regions.region_id,
        inputs.input,
        inputs.assumption_id,
    from inputs
    cross join regions
    where
        regions.region_id <> 'WORLD'
        -- factors of one region are no inputs of others
        and (
            inputs.input not in ('building_cost_factor', 'cn_hardware_premium')
            or inputs.region_id = regions.region_id
        )
    qualify row_number() over (
        partition by regions.region_id, inputs.input
        order by
            inputs.region_id = regions.region_id desc nulls last,
            inputs.also_region_id = regions.region_id desc nulls last,
            inputs.region_id is null desc,
            inputs.assumption_id
    ) = 1
)

select
    region_id,
    assumption_id,
    input,
    case input
        {%- for input, part in parts.items() %}
        when '{{ input }}' then '{{ part }}'
        {%- endfor %}
    end as part,
from chosen
