-- Claims on compute by segment and quarter, on every draw: straight on a logarithmic scale between
-- anchors and read at mid-quarter; outside the anchors the nearest slope goes on at a judged part.
-- Beside the claim all over the world stands the part in the United States, and the part of the own
-- fleet that stands idle there.
with anchors as (
    select * from {{ ref('int_demand__claim_anchors') }}
),

segments as (
    select * from {{ ref('stg_compute_claims__claim_segments') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

-- An account with a hole is none: as long as a segment has fewer than two anchors that were known,
-- there are no claims at all.
incomplete as (
    select segments.segment
    from segments
    left join (
        select
            segment,
            count(distinct on_date) as anchors,
        from anchors
        group by segment
    ) as known on segments.segment = known.segment
    where
        segments.location_group <> 'stock'
        and coalesce(known.anchors, 0) < 2
),

extrapolations as (
    select
        draw,
        claim_extrapolation as share_of_slope,
    from {{ constant_draws('claim_extrapolation') }}
),

-- two anchors of a day (a fleet and a bill) would make no curve: the contract keeps them apart
anchor_points as (
    select
        segment as curve,
        on_date,
        draw,
        ln(h100e_8bit) as scaled,
        used_share,
        basis,
        is_supply_derived,
    from anchors
),

quarter_days as (
    select
        segments.segment as curve,
        quarters.quarter_start,
        quarters.mid_quarter_on as on_date,
    from segments
    cross join quarters
),

{{ place_between_points('anchor_points', 'quarter_days', 'places') }},

worldwide as (
    select
        quarter_days.curve as segment,
        quarter_days.quarter_start,
        quarter_days.on_date,
        firsts.draw,
        exp(
            firsts.scaled
            + (places.inside_weight + extrapolations.share_of_slope * places.outside_weight)
            * (seconds.scaled - firsts.scaled)
        ) as h100e_8bit,
        -- fully used where the segment states nothing else
        coalesce(firsts.used_share, 1)
        + places.inside_weight * (coalesce(seconds.used_share, 1) - coalesce(firsts.used_share, 1))
            as used_share,
        seconds.basis,
        firsts.is_supply_derived or seconds.is_supply_derived as is_supply_derived,
        places.outside_weight > 0 as is_nowcast,
    from quarter_days
    inner join places
        on
            quarter_days.curve = places.curve
            and quarter_days.on_date = places.on_date
    inner join anchor_points as firsts
        on
            places.curve = firsts.curve
            and places.first_on = firsts.on_date
    inner join anchor_points as seconds
        on
            places.curve = seconds.curve
            and places.second_on = seconds.on_date
            and firsts.draw = seconds.draw
    inner join extrapolations on firsts.draw = extrapolations.draw
),

locations as (
    select
        claim_group as curve,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        ln(value / (1 - value)) as scaled,
    from {{ assumption_draws('us_location_share') }}
),

location_days as (
    select
        segments.location_group as curve,
        quarters.mid_quarter_on as on_date,
    from segments
    cross join quarters
),

{{ place_between_points('locations', 'location_days', 'location_places') }},

us_shares as (
    select
        location_places.curve as location_group,
        location_places.on_date,
        firsts.draw,
        1 / (1 + exp(-(
            firsts.scaled
            + location_places.inside_weight * (seconds.scaled - firsts.scaled)
        ))) as us_share,
    from location_places
    inner join locations as firsts
        on
            location_places.curve = firsts.curve
            and location_places.first_on = firsts.on_date
    inner join locations as seconds
        on
            location_places.curve = seconds.curve
            and location_places.second_on = seconds.on_date
            and firsts.draw = seconds.draw
)

select
    worldwide.segment,
    worldwide.quarter_start,
    worldwide.draw,
    worldwide.h100e_8bit,
    worldwide.h100e_8bit * us_shares.us_share as us_h100e_8bit,
    worldwide.h100e_8bit * us_shares.us_share * (1 / worldwide.used_share - 1)
        as us_idle_h100e_8bit,
    worldwide.basis,
    worldwide.is_supply_derived,
    worldwide.is_nowcast,
from worldwide
inner join segments on worldwide.segment = segments.segment
inner join us_shares
    on
        segments.location_group = us_shares.location_group
        and worldwide.on_date = us_shares.on_date
        and worldwide.draw = us_shares.draw
where not exists (select 1 from incomplete)
