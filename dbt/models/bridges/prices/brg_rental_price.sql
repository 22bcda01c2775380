-- Behind the quartiles of a month: the readings of the month, each with the same weight.
with readings as (
    select * from {{ published('brg_rental_reading') }}
)

select
    month_start,
    region_id,
    chip_id,
    provider_type,
    commitment,
    'rent' as step,
    'fct_rental_offer' as input_table,
    offer_id as input_key,
    1.0 / count(*) over (
        partition by month_start, region_id, chip_id, provider_type, commitment
    ) as weight,
from readings
