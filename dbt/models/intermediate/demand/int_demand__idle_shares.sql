-- Capacity that is owned or reserved and stands idle, as a share of the powered stock of a region, on
-- every draw: nobody's demand, and still not to be had. Owners who state how much of their fleet
-- works, and what customers have reserved and do not use. Known for the United States alone; in China
-- idle centres are in the normal use of their owners already.
with segment_claims as (
    select * from {{ ref('int_demand__segment_claims') }}
),

stock_shares as (
    select
        quarter_start,
        draw,
        powered_h100e_8bit,
    from {{ ref('int_demand__stock_shares') }}
    where
        region_id = 'US'
        and workload_id = 'inference'
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

owned as (
    select
        segment_claims.quarter_start,
        segment_claims.draw,
        {{ exact_sum('segment_claims.us_idle_h100e_8bit') }} as h100e_8bit,
    from segment_claims
    group by segment_claims.quarter_start, segment_claims.draw
),

reserved_points as (
    select
        region_id as curve,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        ln(value / (1 - value)) as scaled,
    from {{ assumption_draws('reserved_idle_share') }}
),

reserved_days as (
    select
        regions.curve,
        quarters.quarter_start,
        quarters.mid_quarter_on as on_date,
    from (select curve from reserved_points group by curve) as regions
    cross join quarters
),

{{ place_between_points('reserved_points', 'reserved_days', 'places') }},

reserved as (
    select
        reserved_days.curve as region_id,
        reserved_days.quarter_start,
        firsts.draw,
        1 / (1 + exp(-(
            firsts.scaled + places.inside_weight * (seconds.scaled - firsts.scaled)
        ))) as idle_share,
    from reserved_days
    inner join places
        on
            reserved_days.curve = places.curve
            and reserved_days.on_date = places.on_date
    inner join reserved_points as firsts
        on
            places.curve = firsts.curve
            and places.first_on = firsts.on_date
    inner join reserved_points as seconds
        on
            places.curve = seconds.curve
            and places.second_on = seconds.on_date
            and firsts.draw = seconds.draw
)

select
    reserved.region_id,
    reserved.quarter_start,
    reserved.draw,
    reserved.idle_share as reserved_idle_share,
    coalesce(owned.h100e_8bit / stock_shares.powered_h100e_8bit, 0) as owned_idle_share,
from reserved
left join owned
    on
        reserved.quarter_start = owned.quarter_start
        and reserved.draw = owned.draw
left join stock_shares
    on
        reserved.quarter_start = stock_shares.quarter_start
        and reserved.draw = stock_shares.draw
