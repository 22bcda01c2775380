-- Tracked chips over all regions, diverted ones included, are the deliveries of the chip in the
-- quarter, on every draw. The tolerance is that of double arithmetic.
with arrivals as (
    select
        quarter_start,
        chip_id,
        draw,
        sum(units) as units,
    from {{ ref('int_supply__arrivals') }}
    where piece in ('tracked', 'diverted')
    group by quarter_start, chip_id, draw
),

deliveries as (
    select
        quarter_start,
        chip_id,
        draw,
        sum(units) as units,
    from {{ ref('int_supply__owner_deliveries') }}
    group by quarter_start, chip_id, draw
)

select *
from arrivals
full join deliveries using (quarter_start, chip_id, draw)
where
    arrivals.units is null
    or deliveries.units is null
    or abs(arrivals.units - deliveries.units) > 1e-6 * deliveries.units
