-- What the claims of a segment are for, in each quarter and on every draw: the part that serves
-- models, and the part of its training that runs as large jobs. Straight between the anchors of the
-- segment, level outside them; one deviate for each share and segment.
with claims as (
    select * from {{ ref('stg_compute_claims__compute_claims') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

segments as (
    select segment
    from claims
    group by segment
),

uniforms as (
    select
        segments.segment,
        draws.draw,
        {{ uniform_deviate('build.seed', "'claim-serves:' || segments.segment", 'draws.draw') }}
            as u_serves,
        {{ uniform_deviate('build.seed', "'claim-large:' || segments.segment", 'draws.draw') }}
            as u_large,
    from segments
    cross join draws
    cross join build
),

deviates as (
    select
        segment,
        draw,
        case when draw = 0 then 0.0 else {{ probit('u_serves') }} end as z_serves,
        case when draw = 0 then 0.0 else {{ probit('u_large') }} end as z_large,
    from uniforms
),

-- a share without a width is exact, also at 0 and 1
at_anchor as (
    select
        claims.segment as curve,
        claims.on_date,
        deviates.draw,
        case
            when claims.inference_share_p05 = claims.inference_share_p95
                then claims.inference_share_p50
            else {{ split_normal(
                'deviates.z_serves', 'claims.inference_share_p05', 'claims.inference_share_p50',
                'claims.inference_share_p95', "'logit'"
            ) }}
        end as inference_share,
        case
            when claims.large_share_of_training_p05 = claims.large_share_of_training_p95
                then claims.large_share_of_training_p50
            else {{ split_normal(
                'deviates.z_large', 'claims.large_share_of_training_p05',
                'claims.large_share_of_training_p50', 'claims.large_share_of_training_p95',
                "'logit'"
            ) }}
        end as large_share,
    from claims
    inner join deviates on claims.segment = deviates.segment
),

quarter_days as (
    select
        segments.segment as curve,
        quarters.quarter_start,
        quarters.mid_quarter_on as on_date,
    from segments
    cross join quarters
),

{{ place_between_points('at_anchor', 'quarter_days', 'places') }}

select
    quarter_days.curve as segment,
    quarter_days.quarter_start,
    firsts.draw,
    firsts.inference_share
    + places.inside_weight * (seconds.inference_share - firsts.inference_share) as inference_share,
    firsts.large_share + places.inside_weight * (seconds.large_share - firsts.large_share)
        as large_share_of_training,
from quarter_days
inner join places
    on
        quarter_days.curve = places.curve
        and quarter_days.on_date = places.on_date
inner join at_anchor as firsts
    on
        places.curve = firsts.curve
        and places.first_on = firsts.on_date
inner join at_anchor as seconds
    on
        places.curve = seconds.curve
        and places.second_on = seconds.on_date
        and firsts.draw = seconds.draw
