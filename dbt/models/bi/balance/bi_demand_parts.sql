-- the parts of the first account alone; work that is done abroad is taken off
with parts as (
    select
        *,
        case when component = 'moved_out' then -1 else 1 end as sign,
    from {{ published('fct_compute_demand') }}
    where component not in ('runs_tokens', 'claims', 'served', 'wanted')
)

select
    {{ region_columns('parts') }},
    parts.workload_id,
    works.workload_name,
    works.workload_name_zh,
    parts.component,
    parts.yardstick,
    parts.sign * parts.h100e_p50 as h100e_p50,
    parts.is_nowcast,
from parts
{{ region_joins('parts') }}
inner join {{ published('dim_workload') }} as works
    on parts.workload_id = works.workload_id
