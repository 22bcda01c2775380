{{ config(materialized='view') }}
-- Rental indices that others publish: averages of offers that are already among the quotes, kept
-- apart as a check on the index of this warehouse.
with rental_quotes as (
    select * from {{ ref('stg_rental_quotes__rental_quotes') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
)

select
    rental_quotes.quote_id,
    rental_quotes.observed_on,
    rental_quotes.provider as index_name,
    chip_ids.chip_id,
    rental_quotes.commitment,
    rental_quotes.price_per_gpu_hour as usd_per_gpu_hour,
    -- medians of several months are dated at their end
    rental_quotes.span_start,
    rental_quotes.source_publisher,
    rental_quotes.source_url,
    rental_quotes.source_id,
    rental_quotes.known_on,
    rental_quotes.confidence,
from rental_quotes
left join chip_ids on rental_quotes.chip_label = chip_ids.label
where
    rental_quotes.provider_type = 'index'
    and rental_quotes.currency = 'USD'
