select
    quarter_start,
    region_id,
    workload_id,
    'baseline' as scenario_id,
    'nominal' as step,
    yardstick,
    null::double as h100e_p05,
    {{ significant('h100e_p50') }} as h100e_p50,
    null::double as h100e_p95,
from {{ ref('int_balance__nominal_supply') }}
