-- What a quarter's figures rest on, by region and workload: whether supply continues the last
-- counted deliveries, and whether demand continues the list of runs or a token series.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

regions as (
    select * from {{ ref('int_reference__regions') }}
),

workloads as (
    select * from {{ ref('int_reference__workloads') }}
),

vendor_coverage as (
    select * from {{ ref('int_shipments__vendor_coverage') }}
),

regional_service as (
    select * from {{ ref('int_demand__regional_service') }}
),

counted as (
    select min(last_complete_quarter) as last_complete_quarter
    from vendor_coverage
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
    coalesce(quarters.quarter_start > counted.last_complete_quarter, false) as supply_is_nowcast,
    coalesce(states.is_nowcast, false) as demand_is_nowcast,
from quarters
cross join regions
cross join workloads
cross join counted
left join states
    on
        quarters.quarter_start = states.quarter_start
        and regions.region_id = states.region_id
        and workloads.workload_id = states.workload_id
