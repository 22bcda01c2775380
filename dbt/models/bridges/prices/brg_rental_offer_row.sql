-- The rows of documents and registries that a price per accelerator-hour was made from: the price
-- as it stands there, and what its conversion took.
with offers as (
    select * from {{ published('fct_rental_offer') }}
)

select
    offer_id,
    'price' as step,
    'document' as input_table,
    document_sha256 || ':' || document_row as input_key,
from offers

union all

select
    offer_id,
    'exchange rate' as step,
    'document' as input_table,
    rate_document_sha256 || ':' || rate_document_row as input_key,
from offers
where rate_document_sha256 is not null

union all

select
    offer_id,
    'hours and cards' as step,
    'vocabulary__rental_price_units' as input_table,
    price_unit as input_key,
from offers
where price_unit is not null

union all

select
    offer_id,
    'speed of card' as step,
    'chip_specs__chip_specs' as input_table,
    rated_chip_id as input_key,
from offers
where rated_chip_id is not null
