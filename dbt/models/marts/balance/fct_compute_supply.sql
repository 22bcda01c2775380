with supply_steps as (
    select * from {{ ref('int_balance__supply_steps') }}
),

quarter_coverage as (
    select * from {{ ref('int_supply__quarter_coverage') }}
)

select
    supply_steps.quarter_start,
    supply_steps.region_id,
    supply_steps.workload_id,
    supply_steps.scenario_id,
    supply_steps.step,
    supply_steps.yardstick,
    {{ quantile_columns('supply_steps.points', 'h100e') }},
    coalesce(quarter_coverage.is_nowcast, false) as is_nowcast,
    coalesce(quarter_coverage.is_provisional, false) as is_provisional,
from supply_steps
left join quarter_coverage on supply_steps.quarter_start = quarter_coverage.quarter_start
