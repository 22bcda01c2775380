select
    quarter_start,
    region_id,
    workload_id,
    chain,
    yardstick,
    {{ quantile_columns('need_points', 'need_share') }},
    {{ quantile_columns('h100e_points', 'h100e') }},
    weight,
    spread_factor,
    disagreement_ratio,
    disagreement_z,
    independent_share,
from {{ ref('int_demand__chain_points') }}
