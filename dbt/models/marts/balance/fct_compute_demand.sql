select
    quarter_start,
    region_id,
    workload_id,
    component,
    yardstick,
    is_nowcast,
    {{ quantile_columns('points', 'h100e') }},
from {{ ref('int_demand__demand_points') }}
