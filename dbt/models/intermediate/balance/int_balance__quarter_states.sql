-- What a quarter's figures rest on, by region and workload: whether most or some of the deliveries
-- of the quarter are carried on beyond the counts, and whether demand continues the list of runs or
-- a token series.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

regions as (
    select * from {{ ref('int_reference__regions') }}
),

workloads as (
    select * from {{ ref('int_reference__workloads') }}
),

quarter_coverage as (
    select * from {{ ref('int_supply__quarter_coverage') }}
),

regional_service as (
    select * from {{ ref('int_demand__regional_service') }}
),

demand_states as (
    select
        quarter_start,
        region_id,
        workload_id,
        bool_or(is_nowcast) as is_nowcast,
    from regional_service
    where draw = 0
    group by quarter_start, region_id, workload_id
),

-- the world is continued as soon as one of its regions is
states as (
    select * from demand_states

    union all

    select
        quarter_start,
        'WORLD' as region_id,
        workload_id,
        bool_or(is_nowcast) as is_nowcast,
    from demand_states
    group by quarter_start, workload_id
)

select
    quarters.quarter_start,
    regions.region_id,
    workloads.workload_id,
    coalesce(quarter_coverage.is_nowcast, false) as supply_is_nowcast,
    coalesce(quarter_coverage.is_provisional, false) as supply_is_provisional,
    coalesce(states.is_nowcast, false) as demand_is_nowcast,
from quarters
cross join regions
cross join workloads
left join quarter_coverage on quarters.quarter_start = quarter_coverage.quarter_start
left join states
    on
        quarters.quarter_start = states.quarter_start
        and regions.region_id = states.region_id
        and workloads.workload_id = states.workload_id
