select
    region_id,
    region_name,
    region_name_zh,
    description,
from {{ ref('int_reference__regions') }}
