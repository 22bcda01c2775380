-- the points of a quantity as rows, for charts that draw a line for each
{% for point in ['p05', 'p50', 'p95'] -%}
select
    quarter_start,
    quarter_label,
    region_id,
    region_name,
    region_name_zh,
    workload_id,
    workload_name,
    workload_name_zh,
    '{{ point }}' as statistic,
    supply_h100e_{{ point }} as supply_h100e,
    demand_h100e_{{ point }} as demand_h100e,
    gap_h100e_{{ point }} as gap_h100e,
    coverage_{{ point }} as coverage,
    is_printable,
from {{ published('bi_balance') }}
{{ 'union all' if not loop.last }}
{% endfor %}
