-- Arrivals by kind of owner, on every draw.
with owner_arrivals as (
    select * from {{ ref('int_supply__owner_arrivals') }}
)

select
    quarter_start,
    region_id,
    chip_id,
    owner_type,
    origin,
    draw,
    {{ exact_sum('units', 6) }} as units,
    bool_or(is_nowcast) as is_nowcast,
from owner_arrivals
group by quarter_start, region_id, chip_id, owner_type, origin, draw
