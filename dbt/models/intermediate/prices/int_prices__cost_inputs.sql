-- The inputs of the cost floor per region and draw, one column each.
with assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

assumption_draws as (
    select * from {{ ref('int_inputs__assumption_draws') }}
),

regions as (
    select * from {{ ref('int_reference__regions') }}
),

-- some parameters carry the region in their name as well as in their scope
inputs as (
    select
        assumption_id,
        regexp_replace(parameter, '_(us|cn)$', '') as input,
        region_id,
        also_region_id,
    from assumptions
    where
        list_contains(sections, '16')
        and chip_id is null
        and is_driver
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
    chosen.region_id,
    assumption_draws.draw,
    {%- for input in [
        'server_overhead', 'network_share', 'residual_share', 'cost_of_capital', 'useful_life',
        'paid_utilisation', 'building_usd_per_it_mw', 'building_life', 'power_price', 'pue',
        'operations_share'
    ] %}
    max(assumption_draws.value) filter (where chosen.input = '{{ input }}') as {{ input }},
    {%- endfor %}
    coalesce(
        max(assumption_draws.value) filter (where chosen.input = 'building_cost_factor'), 1
    ) as building_cost_factor,
    coalesce(
        max(assumption_draws.value) filter (where chosen.input = 'cn_hardware_premium'), 1
    ) as hardware_premium,
    string_agg(chosen.assumption_id, ',') filter (where chosen.input <> 'cn_hardware_premium')
        as assumption_ids,
    max(chosen.assumption_id) filter (where chosen.input = 'cn_hardware_premium')
        as premium_assumption_id,
from chosen
inner join assumption_draws on chosen.assumption_id = assumption_draws.assumption_id
group by chosen.region_id, assumption_draws.draw
