select
    quarter_start,
    region_id,
    access,
    scenario_id,
    {{ quantile_columns('served_points', 'load_served') }},
    {{ quantile_columns('wanted_points', 'load_wanted') }},
    infeasible_share,
    draws_used,
    {{ quantile_columns('idle_points', 'idle_share') }},
    bound_probability,
    stock_shift,
    is_bound_strong,
from {{ ref('int_balance__loads') }}
