-- Behind a value of an index that others publish: the quote that it is.
with published_indices as (
    select * from {{ published('fct_published_rental_index') }}
)

select
    quote_id,
    'index value' as step,
    'rental_quotes__rental_quotes' as input_table,
    quote_id as input_key,
    1.0::double as weight,
from published_indices
