select
    workload_id,
    workload_name,
    workload_name_zh,
    yardstick,
    description,
from {{ ref('int_reference__workloads') }}
