with country_groups as (
    select * from {{ ref('int_policy__country_groups') }}
)

select
    country_code,
    group_code,
    valid_from,
    valid_to,
    source_ids,
    known_on,
    confidence,
from country_groups
