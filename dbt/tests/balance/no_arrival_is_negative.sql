select *
from {{ ref('int_balance__arrivals') }}
where
    units < 0
    or units is null
