{{ config(materialized='view') }}
-- The steps that the index takes, spread evenly over the months between their two readings.
with steps as (
    select * from {{ ref('int_prices__offer_steps') }}
)

select
    offer_key,
    {{ step_months() }} as month_start,
    read_month,
    month_before,
    chip_id,
    provider,
    region_id,
    commitment,
    log_step / months as log_relative,
    source_ids,
    known_on,
    confidence,
from steps
where not needs_review
