select
    quarter_start,
    region_id,
    workload_id,
    scenario_id,
    step,
    yardstick,
    {{ quantile_columns('points', 'h100e') }},
from {{ ref('int_balance__supply_steps') }}
