-- Demand of a region in the world of a scenario, where the scenario moves it, on every draw. Work
-- that ran on clusters abroad comes home: there it is wanted, but nobody has seen it served; abroad
-- it is neither any more.
with regional_demand as (
    select * from {{ ref('int_demand__regional_demand') }}
),

scenario_quarters as (
    select * from {{ ref('int_balance__scenario_quarters') }}
),

-- of the region's own work abroad, what the scenario sends home
closed as (
    select
        scenario_id,
        quarter_start,
        max(touched_share) as touched_share,
    from scenario_quarters
    where
        list_contains(pieces, 'demand_abroad')
        and volume_rule = 'none'
    group by scenario_id, quarter_start
),

coming_home as (
    select
        closed.scenario_id,
        closed.quarter_start,
        regional_demand.workload_id,
        regional_demand.draw,
        -- in thousandths, as it was added to the demand of the region it moved to
        round(closed.touched_share * regional_demand.moved_out, 3) as h100e,
    from closed
    inner join regional_demand
        on
            closed.quarter_start = regional_demand.quarter_start
            and regional_demand.region_id = 'CN'
    where regional_demand.moved_out is not null
)

select
    coming_home.scenario_id,
    regional_demand.quarter_start,
    regional_demand.region_id,
    regional_demand.workload_id,
    regional_demand.draw,
    case
        when regional_demand.region_id = 'CN' then regional_demand.served
        else regional_demand.served - coming_home.h100e
    end as served,
    (
        regional_demand.served
        + case when regional_demand.region_id = 'CN' then 1 else -1 end * coming_home.h100e
    )
    * regional_demand.wanted / nullif(regional_demand.served, 0) as wanted,
from coming_home
inner join regional_demand
    on
        coming_home.quarter_start = regional_demand.quarter_start
        and coming_home.workload_id = regional_demand.workload_id
        and coming_home.draw = regional_demand.draw
where
    regional_demand.region_id = 'CN'
    or regional_demand.moved_in is not null
