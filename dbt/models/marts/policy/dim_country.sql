with countries as (
    select * from {{ ref('int_policy__countries') }}
)

select
    country_code,
    country_name,
    country_name_zh,
    region_id,
    country_groups,
    source_ids,
    known_on,
    confidence,
from countries
