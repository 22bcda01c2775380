-- Demand of a region in the world of a scenario, where the scenario moves it, on every draw. Work
-- that ran on clusters abroad comes home: there it is wanted, but nobody has seen it served; abroad
-- it is neither any more.
with regional_service as (
    select * from {{ ref('int_demand__regional_service') }}
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
        regional_service.workload_id,
        regional_service.draw,
        -- of what the region abroad served, as much as its account of runs and tokens holds of it
        round(
            closed.touched_share * regional_service.moved_out
            * abroad.served / nullif(abroad.runs_tokens, 0),
            3
        ) as h100e,
    from closed
    inner join regional_service
        on
            closed.quarter_start = regional_service.quarter_start
            and regional_service.region_id = 'CN'
    inner join regional_service as abroad
        on
            abroad.region_id = 'ROW'
            and regional_service.quarter_start = abroad.quarter_start
            and regional_service.workload_id = abroad.workload_id
            and regional_service.draw = abroad.draw
    where regional_service.moved_out is not null
)

select
    coming_home.scenario_id,
    regional_service.quarter_start,
    regional_service.region_id,
    regional_service.workload_id,
    regional_service.draw,
    case
        when regional_service.region_id = 'CN' then regional_service.served
        else regional_service.served - coming_home.h100e
    end as served,
    (
        regional_service.served
        + case when regional_service.region_id = 'CN' then 1 else -1 end * coming_home.h100e
    )
    * regional_service.wanted / nullif(regional_service.served, 0) as wanted,
from coming_home
inner join regional_service
    on
        coming_home.quarter_start = regional_service.quarter_start
        and coming_home.workload_id = regional_service.workload_id
        and coming_home.draw = regional_service.draw
where
    regional_service.region_id = 'CN'
    or regional_service.moved_in is not null
