-- Claims on compute on the day of each anchor, on every draw, in 8-bit H100 equivalents at work all
-- over the world: money over what an hour costs its kind of payer on average, or a fleet times the
-- part of it that works. Anchors of one segment err together.
with claims as (
    select * from {{ ref('stg_compute_claims__compute_claims') }}
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

-- prices and used shares are yearly judgements, held at mid-year
class_values as (
    select
        claim_class as curve,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        ln(value) as scaled,
    from {{ assumption_draws('compute_price') }}

    union all

    select
        claim_class as curve,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        ln(value / (1 - value)) as scaled,
    from {{ assumption_draws('fleet_used_share') }}
),

class_days as (
    select
        price_class as curve,
        on_date,
    from claims
    where price_class is not null
),

{{ place_between_points('class_values', 'class_days', 'places') }},

class_at_anchor as (
    select
        places.curve as price_class,
        places.on_date,
        firsts.draw,
        firsts.scaled + places.inside_weight * (seconds.scaled - firsts.scaled) as scaled,
    from places
    inner join class_values as firsts
        on
            places.curve = firsts.curve
            and places.first_on = firsts.on_date
    inner join class_values as seconds
        on
            places.curve = seconds.curve
            and places.second_on = seconds.on_date
            and firsts.draw = seconds.draw
),

uniforms as (
    select
        claims.claim_id,
        draws.draw,
        {{ uniform_deviate('build.seed', "'claim:' || claims.segment", 'draws.draw') }}
            as u_segment,
        {{ uniform_deviate('build.seed', "'claim:' || claims.claim_id", 'draws.draw') }}
            as u_anchor,
    from claims
    cross join draws
    cross join build
),

deviates as (
    select
        uniforms.claim_id,
        uniforms.draw,
        case
            when uniforms.draw = 0 then 0.0
            else
                sqrt(family_correlation.correlation) * ({{ probit('uniforms.u_segment') }})
                + sqrt(1 - family_correlation.correlation) * ({{ probit('uniforms.u_anchor') }})
        end as z,
    from uniforms
    cross join family_correlation
),

-- hours of a year that capacity is paid for, used or not
stated as (
    select
        claims.*,
        deviates.draw,
        {{ split_normal(
            'deviates.z', 'claims.value_p05', 'claims.value_p50', 'claims.value_p95', "'log'"
        ) }} as value,
    from claims
    inner join deviates on claims.claim_id = deviates.claim_id
)

select
    stated.claim_id,
    stated.segment,
    stated.on_date,
    stated.basis,
    stated.is_supply_derived,
    stated.draw,
    case
        when stated.basis = 'fleet' then coalesce(1 / (1 + exp(-class_at_anchor.scaled)), 1)
    end as used_share,
    case stated.basis
        when 'spend' then stated.value * 1e9 / (365 * 24 * exp(class_at_anchor.scaled))
        else stated.value * coalesce(1 / (1 + exp(-class_at_anchor.scaled)), 1)
    end as h100e_8bit,
from stated
left join class_at_anchor
    on
        stated.price_class = class_at_anchor.price_class
        and stated.on_date = class_at_anchor.on_date
        and stated.draw = class_at_anchor.draw
