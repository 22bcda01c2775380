{{ config(materialized='view') }}
-- Every offer in every month in which it was shown: quotes of a day in one, prices of a catalogue
-- in each month until the catalogue showed another.
with offers as (
    select * from {{ ref('int_prices__checked_offers') }}
)

select
    offer_id,
    offer_key,
    last_observed_on,
    {{ shown_months() }} as month_start,
    chip_id,
    provider,
    provider_type,
    region_id,
    commitment,
    usd_per_gpu_hour,
    is_press_report,
    exclusion_reason,
    source_id,
    known_on,
    confidence,
from offers
