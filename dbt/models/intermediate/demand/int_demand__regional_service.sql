-- Demand of a region by kind of work as every table shows it, on every draw: what was served, pooled
-- from both accounts and held by the stock, and what was wanted. In H100 that are always busy at the
-- reference utilisation. Beside it the first account and the second in the same unit.
with loads as (
    select * from {{ ref('int_demand__loads') }}
),

pooled_needs as (
    select * from {{ ref('int_demand__pooled_needs') }}
),

stock_shares as (
    select * from {{ ref('int_demand__stock_shares') }}
),

wanted_factors as (
    select * from {{ ref('int_demand__wanted_factors') }}
),

claim_needs as (
    select * from {{ ref('int_demand__claim_needs') }}
),

regional_demand as (
    select * from {{ ref('int_demand__regional_demand') }}
),

served as (
    select
        pooled_needs.region_id,
        pooled_needs.quarter_start,
        pooled_needs.workload_id,
        pooled_needs.draw,
        exp(pooled_needs.log_need) * stock_shares.usable_h100e / stock_shares.suitable_share
            as pooled,
        loads.load_served * exp(pooled_needs.log_need - loads.log_need)
        * stock_shares.usable_h100e / stock_shares.suitable_share as served,
    from pooled_needs
    inner join loads
        on
            pooled_needs.region_id = loads.region_id
            and pooled_needs.quarter_start = loads.quarter_start
            and pooled_needs.draw = loads.draw
    inner join stock_shares
        on
            pooled_needs.region_id = stock_shares.region_id
            and pooled_needs.quarter_start = stock_shares.quarter_start
            and pooled_needs.workload_id = stock_shares.workload_id
            and pooled_needs.draw = stock_shares.draw
)

-- a figure continues older facts where both accounts do, or where it has only the one
select
    regional_demand.* exclude (runs_tokens_h100e)
    replace (
        regional_demand.is_nowcast and coalesce(claim_needs.is_nowcast, true) as is_nowcast
    ),
    regional_demand.runs_tokens_h100e as runs_tokens,
    claim_needs.need * stock_shares.usable_h100e / stock_shares.suitable_share as claims,
    served.pooled,
    served.served,
    served.served * wanted_factors.wanted_factor as wanted,
from regional_demand
left join served
    on
        regional_demand.region_id = served.region_id
        and regional_demand.quarter_start = served.quarter_start
        and regional_demand.workload_id = served.workload_id
        and regional_demand.draw = served.draw
left join claim_needs
    on
        regional_demand.region_id = claim_needs.region_id
        and regional_demand.quarter_start = claim_needs.quarter_start
        and regional_demand.workload_id = claim_needs.workload_id
        and regional_demand.draw = claim_needs.draw
left join stock_shares
    on
        regional_demand.region_id = stock_shares.region_id
        and regional_demand.quarter_start = stock_shares.quarter_start
        and regional_demand.workload_id = stock_shares.workload_id
        and regional_demand.draw = stock_shares.draw
left join wanted_factors
    on
        regional_demand.region_id = wanted_factors.region_id
        and regional_demand.quarter_start = wanted_factors.quarter_start
        and regional_demand.draw = wanted_factors.draw
