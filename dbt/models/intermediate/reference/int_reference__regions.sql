-- The project's own list of regions.
with regions as (
    select * from {{ ref('stg_vocabulary__regions') }}
)

select
    region_id,
    region_name,
    region_name_zh,
    description,
from regions
