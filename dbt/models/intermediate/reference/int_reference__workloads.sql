-- The project's own list of kinds of work.
with workloads as (
    select * from {{ ref('stg_vocabulary__workloads') }}
)

select
    workload_id,
    workload_name,
    workload_name_zh,
    yardstick,
    description,
from workloads
