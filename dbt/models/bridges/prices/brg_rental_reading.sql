-- Every used offer in every month in which it was shown, with its part in the offer's price of the
-- month, which is the median of its readings.
with offers as (
    select * from {{ published('fct_rental_offer') }}
),

readings as (
    select
        offer_id,
        offer_key,
        {{ shown_months() }} as month_start,
        chip_id,
        region_id,
        provider,
        provider_type,
        commitment,
    from offers
    where is_used
)

select
    *,
    1.0 / count(*) over (partition by chip_id, commitment, offer_key, month_start) as weight,
from readings
