select *
from {{ ref('int_supply__arrivals') }}
where
    units < 0
    or units is null
