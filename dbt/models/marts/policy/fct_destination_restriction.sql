with restrictions as (
    select * from {{ ref('int_policy__destination_restrictions') }}
)

select
    scenario_id,
    chip_id,
    country_code as destination_country,
    buyer_headquarters,
    valid_from,
    valid_to,
    destination_restriction,
    restriction_scope,
from restrictions
