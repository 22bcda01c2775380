-- All claims on the compute of the United States by segment, quarter and draw, with what they are
-- for: those of parties whose money or fleet is stated, and the rest that enterprises, states,
-- universities and small developers own, a judged share of the powered stock.
with claims as (
    select * from {{ ref('int_demand__claims') }}
),

claim_shares as (
    select * from {{ ref('int_demand__claim_shares') }}
),

powered as (
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

other_points as (
    select
        'other_owned' as curve,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        ln(value / (1 - value)) as scaled,
    from {{ assumption_draws('other_owned_share') }}
),

other_days as (
    select
        'other_owned' as curve,
        quarter_start,
        mid_quarter_on as on_date,
    from quarters
),

{{ place_between_points('other_points', 'other_days', 'places') }},

other_shares as (
    select
        other_days.quarter_start,
        firsts.draw,
        1 / (1 + exp(-(
            firsts.scaled + places.inside_weight * (seconds.scaled - firsts.scaled)
        ))) as stock_share,
    from other_days
    inner join places on other_days.on_date = places.on_date
    inner join other_points as firsts on places.first_on = firsts.on_date
    inner join other_points as seconds
        on
            places.second_on = seconds.on_date
            and firsts.draw = seconds.draw
),

other_mixes as (
    select
        draw,
        other_owned_inference_share as inference_share,
        other_owned_large_share as large_share_of_training,
    from {{ constant_draws('other_owned_inference_share', 'other_owned_large_share') }}
)

select
    claims.segment,
    claims.quarter_start,
    claims.draw,
    claims.basis,
    claims.is_supply_derived,
    claims.us_h100e_8bit,
    claims.us_idle_h100e_8bit,
    claim_shares.inference_share,
    claim_shares.large_share_of_training,
    claims.is_nowcast,
from claims
inner join claim_shares
    on
        claims.segment = claim_shares.segment
        and claims.quarter_start = claim_shares.quarter_start
        and claims.draw = claim_shares.draw

union all

select
    'other_owned' as segment,
    other_shares.quarter_start,
    other_shares.draw,
    'stock_share' as basis,
    true as is_supply_derived,
    other_shares.stock_share * powered.powered_h100e_8bit as us_h100e_8bit,
    0.0 as us_idle_h100e_8bit,
    other_mixes.inference_share,
    other_mixes.large_share_of_training,
    false as is_nowcast,
from other_shares
inner join powered
    on
        other_shares.quarter_start = powered.quarter_start
        and other_shares.draw = powered.draw
inner join other_mixes on other_shares.draw = other_mixes.draw
-- without a claim that anybody stated, the rest alone is no account
where exists (select 1 from claims)
