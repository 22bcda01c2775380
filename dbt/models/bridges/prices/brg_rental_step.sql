-- The steps of single offers that the index is a mean of: those that wait for review are left out.
with steps as (
    select * from {{ ref('int_prices__offer_steps') }}
)

select
    offer_key,
    read_month,
    month_before,
    chip_id,
    region_id,
    provider,
    commitment,
from steps
where not needs_review
