with it_power as (
    select * from {{ ref('int_balance__it_power') }}
),

quarter_coverage as (
    select * from {{ ref('int_supply__quarter_coverage') }}
)

select
    it_power.quarter_start,
    it_power.region_id,
    {{ quantile_columns('it_power.needed_points', 'needed_it_power_mw') }},
    it_power.tracked_it_power_mw,
    {{ quantile_columns('it_power.live_points', 'live_it_power_mw') }},
    {{ quantile_columns('it_power.deployed_points', 'deployed_h100e_8bit') }},
    it_power.tracked_h100e_8bit,
    coalesce(quarter_coverage.is_nowcast, false) as is_nowcast,
    coalesce(quarter_coverage.is_provisional, false) as is_provisional,
from it_power
left join quarter_coverage on it_power.quarter_start = quarter_coverage.quarter_start
