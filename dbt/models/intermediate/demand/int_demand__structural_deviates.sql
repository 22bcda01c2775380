-- What the accounts of demand miss, as standard normal deviates by region and quarter: what is missed
-- in one quarter is mostly missed in the next (a first-order autoregression, written out as a sum
-- over its innovations). Beside it stands the deviate of the bound by which service is held.
with quarters as (
    select
        quarter_start,
        date_diff('quarter', date '{{ var("first_quarter") }}', quarter_start) as step,
    from {{ ref('int_reference__quarters') }}
),

regions as (
    select region_id
    from {{ ref('int_reference__regions') }}
    where region_id <> 'WORLD'
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

persistence as (
    select chain_structural_rho as correlation
    from {{ constant_points('chain_structural_rho') }}
),

uniforms as (
    select
        regions.region_id,
        quarters.quarter_start,
        quarters.step,
        draws.draw,
        {{ uniform_deviate(
            'build.seed', "'pool:' || regions.region_id || ':' || quarters.quarter_start",
            'draws.draw'
        ) }} as u,
        {{ uniform_deviate(
            'build.seed', "'bound:' || regions.region_id || ':' || quarters.quarter_start",
            'draws.draw'
        ) }} as u_bound,
    from regions
    cross join quarters
    cross join draws
    cross join build
),

innovations as (
    select
        region_id,
        quarter_start,
        step,
        draw,
        case when draw = 0 then 0.0 else {{ probit('u') }} end as e,
        case when draw = 0 then 0.0 else {{ probit('u_bound') }} end as z_bound,
    from uniforms
)

select
    later.region_id,
    later.quarter_start,
    later.draw,
    {{ exact_sum(
        'pow(persistence.correlation, later.step - earlier.step) * case'
        ~ ' when earlier.step = 0 then 1 else sqrt(1 - pow(persistence.correlation, 2)) end'
        ~ ' * earlier.e', 12
    ) }} as z,
    any_value(later.z_bound) as z_bound,
from innovations as later
inner join innovations as earlier
    on
        later.region_id = earlier.region_id
        and later.draw = earlier.draw
        and later.step >= earlier.step
cross join persistence
group by later.region_id, later.quarter_start, later.draw
