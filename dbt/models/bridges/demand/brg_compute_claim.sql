-- Behind a claim on compute: the two stated amounts between which it is read, with their weights on the
-- logarithmic scale. Outside the anchors the nearest slope goes on in part, so that a weight may be
-- negative. What other owners hold is a judged share and has no row.
{%- set key = ['quarter_start', 'region_id', 'segment'] %}
with claims as (
    select * from {{ published('fct_compute_claim') }}
),

anchors as (
    select
        segment as curve,
        on_date,
        claim_id,
    from {{ ref('int_demand__claim_anchors') }}
    where draw = 0
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

extrapolation as (
    select claim_extrapolation as share_of_slope
    from {{ constant_points('claim_extrapolation') }}
),

asked as (
    select
        claims.segment as curve,
        quarters.mid_quarter_on as on_date,
    from claims
    inner join quarters on claims.quarter_start = quarters.quarter_start
),

{{ place_between_points('anchors', 'asked', 'places') }},

weighted as (
    select
        places.curve,
        places.on_date,
        places.first_on,
        places.second_on,
        places.inside_weight + extrapolation.share_of_slope * places.outside_weight
            as second_weight,
    from places
    cross join extrapolation
),

ends as (
    select
        curve,
        on_date,
        first_on as anchor_on,
        1 - second_weight as weight,
    from weighted

    union all

    select
        curve,
        on_date,
        second_on as anchor_on,
        second_weight as weight,
    from weighted
)

select
    {%- for column in key %}
    claims.{{ column }},
    {%- endfor %}
    claims.basis as step,
    'compute_claims__compute_claims' as input_table,
    anchors.claim_id as input_key,
    ends.weight,
from claims
inner join quarters on claims.quarter_start = quarters.quarter_start
inner join ends
    on
        claims.segment = ends.curve
        and quarters.mid_quarter_on = ends.on_date
inner join anchors
    on
        ends.curve = anchors.curve
        and ends.anchor_on = anchors.on_date
where ends.weight <> 0
