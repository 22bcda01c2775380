-- Behind a step that is too large: the readings of both months and the announced moves.
with reviews as (
    select * from {{ published('fct_rental_price_review') }}
),

readings as (
    select * from {{ published('brg_rental_reading') }}
)

select
    reviews.offer_key,
    reviews.read_month,
    'later price' as step,
    'fct_rental_offer' as input_table,
    readings.offer_id as input_key,
    readings.weight,
from reviews
inner join readings
    on
        reviews.offer_key = readings.offer_key
        and reviews.read_month = readings.month_start

union all

select
    reviews.offer_key,
    reviews.read_month,
    'earlier price' as step,
    'fct_rental_offer' as input_table,
    readings.offer_id as input_key,
    readings.weight,
from reviews
inner join readings
    on
        reviews.offer_key = readings.offer_key
        and reviews.month_before = readings.month_start

union all

select
    offer_key,
    read_month,
    'announced move' as step,
    'price_events__price_events' as input_table,
    unnest(string_split(event_ids, ',')) as input_key,
    cast(null as double) as weight,
from reviews

union all

{{ limit_inputs(
    'reviews',
    ['offer_key', 'read_month'],
    ['index-max-gap', 'price-jump-limit', 'index-min-providers']
) }}
