-- Which organisation a label means, as names of providers are joined to organisations.
with organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
)

select
    label,
    organisation_id,
from organisation_ids
