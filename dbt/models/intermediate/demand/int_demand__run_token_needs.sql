-- The first account of demand, on every draw: runs, tokens and the base, by the region in which they
-- are served, as shares of the powered stock. A kind of work without a reading has no row.
with regional_demand as (
    select * from {{ ref('int_demand__regional_demand') }}
),

stock_shares as (
    select * from {{ ref('int_demand__stock_shares') }}
)

select
    regional_demand.region_id,
    regional_demand.quarter_start,
    regional_demand.workload_id,
    regional_demand.draw,
    regional_demand.is_nowcast,
    regional_demand.runs_tokens_h100e / stock_shares.usable_h100e * stock_shares.suitable_share as need,
from regional_demand
inner join stock_shares
    on
        regional_demand.region_id = stock_shares.region_id
        and regional_demand.quarter_start = stock_shares.quarter_start
        and regional_demand.workload_id = stock_shares.workload_id
        and regional_demand.draw = stock_shares.draw
where
    regional_demand.runs_tokens_h100e is not null
    and stock_shares.usable_h100e is not null
