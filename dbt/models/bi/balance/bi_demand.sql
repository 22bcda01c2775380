select
    {{ region_columns('demands') }},
    demands.workload_id,
    works.workload_name,
    works.workload_name_zh,
    demands.yardstick,
    {{ points_of('demands.h100e', 'wanted_h100e', "demands.component = 'wanted'") }},
    {{ points_of('demands.h100e', 'served_h100e', "demands.component = 'served'") }},
    bool_or(demands.is_nowcast) filter (where demands.component = 'wanted') as is_nowcast,
from {{ published('fct_compute_demand') }} as demands
{{ region_joins('demands') }}
inner join {{ published('dim_workload') }} as works
    on demands.workload_id = works.workload_id
where demands.component in ('wanted', 'served')
group by
    {{ region_columns('demands') }},
    demands.workload_id,
    works.workload_name,
    works.workload_name_zh,
    demands.yardstick
