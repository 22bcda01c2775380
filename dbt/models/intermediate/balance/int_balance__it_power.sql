{{ config(materialized='view') }}
-- IT power that the deployed chips need, beside what the tracked sites of the region had in
-- operation, and beside all power at work for AI where the part that sites hold is judged. Sites are a
-- part of all halls, so tracked power is a lower bound.
with supply_draws as (
    select * from {{ ref('int_balance__supply_draws') }}
),

site_quarters as (
    select * from {{ ref('int_datacenters__site_quarters') }}
),

live_power as (
    select * from {{ ref('int_supply__live_power') }}
),

live as (
    select
        quarter_start,
        region_id,
        {{ quantile_points('live_it_power_mw') }} as live_points,
    from live_power
    group by quarter_start, region_id
),

needed as (
    select
        quarter_start,
        region_id,
        {{ quantile_points('deployed_it_power_mw') }} as needed_points,
        {{ quantile_points('deployed_8bit') }} as deployed_points,
    from supply_draws
    where scenario_id = 'baseline'
    group by quarter_start, region_id
),

tracked as (
    select
        quarter_start,
        coalesce(region_id, 'WORLD') as region_id,
        {{ exact_sum('it_power_mw') }} as it_power_mw,
        {{ exact_sum('h100e_8bit') }} as h100e_8bit,
    from site_quarters
    where
        status = 'operational'
        and not is_projection
    group by quarter_start, rollup (region_id)
)

select
    needed.quarter_start,
    needed.region_id,
    needed.needed_points,
    needed.deployed_points,
    tracked.it_power_mw as tracked_it_power_mw,
    tracked.h100e_8bit as tracked_h100e_8bit,
    live.live_points,
from needed
left join tracked
    on
        needed.quarter_start = tracked.quarter_start
        and needed.region_id = tracked.region_id
left join live
    on
        needed.quarter_start = live.quarter_start
        and needed.region_id = live.region_id
