select
    quarter_start,
    region_id,
    access,
    scenario_id,
    {{ quantile_columns('served_points', 'load_served') }},
    {{ quantile_columns('wanted_points', 'load_wanted') }},
    infeasible_share,
    draws_used,
from {{ ref('int_balance__loads') }}
