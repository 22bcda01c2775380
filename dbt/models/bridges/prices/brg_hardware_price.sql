-- Behind a price of hardware: the price as quoted.
with hardware_prices as (
    select * from {{ published('fct_hardware_price') }}
)

select
    price_id,
    'price' as step,
    'hardware_prices__hardware_prices' as input_table,
    price_id as input_key,
    1.0::double as weight,
from hardware_prices
