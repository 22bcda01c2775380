-- Work that is not generative (recommendation, search, vision), on every draw. Where claims say what
-- recommenders run on, that; before their first anchor, and abroad, a share of the usable stock of
-- the first quarter of the same draw, which then grows. Tied to that stock, it cannot cause a shortage
-- by itself in 2022. The claims of recommenders count once: both accounts of demand take them from
-- the same rows.
with region_supply as (
    select * from {{ ref('int_supply__region_supply') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

claims as (
    select * from {{ ref('int_demand__claims') }}
),

claim_shares as (
    select * from {{ ref('int_demand__claim_shares') }}
),

recommenders as (
    select * from {{ ref('int_demand__recommender_quarters') }}
),

stock_shares as (
    select * from {{ ref('int_demand__stock_shares') }}
    where region_id = 'US'
),

growth as (
    select * from {{ constant_draws('base_growth') }}
),

first_stock as (
    select
        shares.region_id,
        shares.workload_id,
        shares.draw,
        shares.on_date,
        shares.value * case shares.workload_id
            when 'training_small' then region_supply.usable_small
            when 'inference' then region_supply.usable_inference
        end as h100e,
    from {{ assumption_draws('base_load_share') }} as shares
    inner join region_supply
        on
            shares.region_id = region_supply.region_id
            and shares.on_date = region_supply.quarter_start
            and shares.draw = region_supply.draw
    where region_supply.scenario_id = 'baseline'
),

grown as (
    select
        first_stock.region_id,
        quarters.quarter_start,
        first_stock.workload_id,
        first_stock.draw,
        first_stock.h100e * power(
            growth.base_growth,
            date_diff('quarter', first_stock.on_date, quarters.quarter_start) / 4
        ) as h100e,
    from first_stock
    inner join growth on first_stock.draw = growth.draw
    cross join quarters
),

recommender_claims as (
    select
        claims.quarter_start,
        claims.draw,
        {{ exact_sum('claims.us_h100e_8bit * claim_shares.inference_share') }} as inference,
        {{ exact_sum(
            'claims.us_h100e_8bit * (1 - claim_shares.inference_share)'
            ~ ' * (1 - claim_shares.large_share_of_training)'
        ) }} as training_small,
    from claims
    inner join recommenders
        on
            claims.segment = recommenders.segment
            and claims.quarter_start = recommenders.quarter_start
    inner join claim_shares
        on
            claims.segment = claim_shares.segment
            and claims.quarter_start = claim_shares.quarter_start
            and claims.draw = claim_shares.draw
    group by claims.quarter_start, claims.draw
),

claimed as (
    select
        stock_shares.region_id,
        stock_shares.quarter_start,
        stock_shares.workload_id,
        stock_shares.draw,
        case stock_shares.workload_id
            when 'inference' then recommender_claims.inference
            else recommender_claims.training_small
        end
        / stock_shares.powered_h100e_8bit
        * stock_shares.usable_h100e / stock_shares.suitable_share as h100e,
    from stock_shares
    inner join recommender_claims
        on
            stock_shares.quarter_start = recommender_claims.quarter_start
            and stock_shares.draw = recommender_claims.draw
    where stock_shares.workload_id in ('inference', 'training_small')
)

select
    grown.region_id,
    grown.quarter_start,
    grown.workload_id,
    grown.draw,
    coalesce(claimed.h100e, grown.h100e) as h100e,
from grown
left join claimed
    on
        grown.region_id = claimed.region_id
        and grown.quarter_start = claimed.quarter_start
        and grown.workload_id = claimed.workload_id
        and grown.draw = claimed.draw
