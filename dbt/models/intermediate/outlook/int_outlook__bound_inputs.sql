-- Orders and limits of deliveries outside China in each quarter ahead, in each world of growth on every
-- draw, in wafers of accelerators, so that they meet in one unit; and what the walk through them needs.
with mix as (
    select * from {{ ref('int_outlook__wafer_mix') }}
),

capacities as (
    select * from {{ ref('int_outlook__capacities') }}
),

drawn as (
    select *
    from {{ constant_draws(
        'outlook_packaging_conversion', 'outlook_conversion_level', 'outlook_hbm_conversion',
        'outlook_order_commitment', 'outlook_waiting_tolerance'
    ) }}
    where draw <= {{ var('outlook_draws') }}
),

structure as (
    select * from {{ constant_points('outlook_bound_error', 'outlook_order_commitment_exponent') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

uniforms as (
    select
        drawn.draw,
        {{ uniform_deviate('build.seed', "'outlook:bounds'", 'drawn.draw') }} as u,
    from drawn
    cross join build
),

deviates as (
    select
        draw,
        case when draw = 0 then 0 else {{ probit('u') }} end as z,
    from uniforms
),

orders as (
    select
        world_id,
        quarter_start,
        draw,
        {{ exact_sum('h100e_8bit') }} as h100e_8bit,
    from {{ ref('int_outlook__orders') }}
    group by world_id, quarter_start, draw
)

select
    capacities.world_id,
    capacities.quarters_ahead as step,
    capacities.quarter_start,
    capacities.draw,
    mix.h100e_8bit as h100e_per_wafer,
    mix.power_w / 1e6 as mw_per_wafer,
    orders.h100e_8bit / mix.h100e_8bit as orders,
    capacities.packaging_wafers * drawn.outlook_packaging_conversion
    / drawn.outlook_conversion_level as packaging,
    1e9 * capacities.memory_exabytes * drawn.outlook_hbm_conversion
    / drawn.outlook_conversion_level / mix.memory_gb as memory,
    1e9 * capacities.money_usd_bn / mix.money_usd as money,
    capacities.us_next_power_mw + capacities.row_next_power_mw as next_power_mw,
    capacities.us_power_mw + capacities.row_power_mw as power_mw,
    drawn.outlook_waiting_tolerance as tolerance,
    power(
        drawn.outlook_order_commitment,
        power(capacities.quarters_ahead, structure.outlook_order_commitment_exponent)
    ) as committed,
    exp(structure.outlook_bound_error * capacities.quarters_ahead * deviates.z) as error_factor,
from capacities
inner join mix
    on
        capacities.world_id = mix.world_id
        and capacities.quarter_start = mix.quarter_start
        and capacities.draw = mix.draw
inner join orders
    on
        capacities.world_id = orders.world_id
        and capacities.quarter_start = orders.quarter_start
        and capacities.draw = orders.draw
inner join drawn on capacities.draw = drawn.draw
inner join deviates on capacities.draw = deviates.draw
cross join structure
