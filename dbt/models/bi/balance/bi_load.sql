select
    {{ region_columns('loads') }},
    loads.load_wanted_p05,
    loads.load_wanted_p50,
    loads.load_wanted_p95,
    loads.load_served_p05,
    loads.load_served_p50,
    loads.load_served_p95,
    loads.idle_share_p50,
    loads.is_bound_strong,
from {{ published('fct_compute_load') }} as loads
{{ region_joins('loads') }}
where
    loads.scenario_id = 'baseline'
    and loads.access = 'all'
