-- A region, quarter and kind of work has one demand: what the balance of all chips sets against supply
-- is what the table of demand shows as wanted.
with balances as (
    select
        quarter_start,
        region_id,
        workload_id,
        demand_h100e_p05,
        demand_h100e_p50,
        demand_h100e_p95,
    from {{ ref('fct_compute_balance') }}
    where
        scenario_id = 'baseline'
        and access = 'all'
        and demand_h100e_p50 is not null
),

demands as (
    select * from {{ ref('fct_compute_demand') }}
    where component = 'wanted'
)

select
    balances.*,
    demands.h100e_p05,
    demands.h100e_p50,
    demands.h100e_p95,
from balances
left join demands
    on
        balances.quarter_start = demands.quarter_start
        and balances.region_id = demands.region_id
        and balances.workload_id = demands.workload_id
where
    balances.demand_h100e_p05 is distinct from demands.h100e_p05
    or balances.demand_h100e_p50 is distinct from demands.h100e_p50
    or balances.demand_h100e_p95 is distinct from demands.h100e_p95
