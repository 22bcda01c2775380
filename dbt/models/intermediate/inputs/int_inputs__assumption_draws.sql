-- Every assumption of the balance on every draw. Values of one parameter at several times move
-- together: what they share is a deviate of the family, the rest is one of the row.
with assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

family_correlation as (
    select years_correlation as correlation
    from {{ constant_points('years_correlation') }}
),

uniforms as (
    select
        assumptions.assumption_id,
        draws.draw,
        {{ uniform_deviate('build.seed', "'asm:' || assumptions.deviate_id", 'draws.draw') }}
            as u_row,
        case
            when assumptions.family_key is not null
                then {{ uniform_deviate(
                    'build.seed', "'fam:' || assumptions.family_key", 'draws.draw'
                ) }}
        end as u_family,
    from assumptions
    cross join draws
    cross join build
    where
        draws.draw > 0
        and not assumptions.is_constant
),

deviates as (
    select
        uniforms.assumption_id,
        uniforms.draw,
        case
            when uniforms.u_family is null then {{ probit('uniforms.u_row') }}
            else
                sqrt(family_correlation.correlation) * ({{ probit('uniforms.u_family') }})
                + sqrt(1 - family_correlation.correlation) * ({{ probit('uniforms.u_row') }})
        end as z,
    from uniforms
    cross join family_correlation
)

select
    assumptions.assumption_id,
    draws.draw,
    {{ split_normal(
        'coalesce(deviates.z, 0)',
        'assumptions.value_low',
        'assumptions.value_central',
        'assumptions.value_high',
        'assumptions.fit_scale'
    ) }} as value,
from assumptions
cross join draws
left join deviates
    on
        assumptions.assumption_id = deviates.assumption_id
        and draws.draw = deviates.draw
