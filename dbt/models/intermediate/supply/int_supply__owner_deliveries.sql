-- Tracked chips by owner on every draw: what was counted, and after a vendor's last complete
-- quarter its last deliveries continued at the judged growth, for chips that are still made.
-- China's own rows are not continued; what it may buy afterwards stands in the licensed pieces.
with shipment_draws as (
    select * from {{ ref('int_shipments__shipment_draws') }}
),

vendor_coverage as (
    select * from {{ ref('int_shipments__vendor_coverage') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

growth as (
    select * from {{ constant_draws('nowcast_growth') }}
)

select
    shipment_draws.quarter_start,
    shipment_draws.chip_id,
    shipment_draws.owner,
    shipment_draws.draw,
    shipment_draws.units,
    shipment_draws.quarter_start as counted_quarter,
    false as is_nowcast,
from shipment_draws
-- a day early in a quarter already knows a count of the quarter that the grid does not hold yet
inner join quarters on shipment_draws.quarter_start = quarters.quarter_start

union all

select
    quarters.quarter_start,
    shipment_draws.chip_id,
    shipment_draws.owner,
    shipment_draws.draw,
    shipment_draws.units * power(
        growth.nowcast_growth,
        date_diff('quarter', vendor_coverage.last_complete_quarter, quarters.quarter_start)
    ) as units,
    vendor_coverage.last_complete_quarter as counted_quarter,
    true as is_nowcast,
from vendor_coverage
inner join shipment_draws
    on
        vendor_coverage.chip_id = shipment_draws.chip_id
        and vendor_coverage.last_complete_quarter = shipment_draws.quarter_start
inner join quarters on vendor_coverage.last_complete_quarter < quarters.quarter_start
inner join growth on shipment_draws.draw = growth.draw
where
    vendor_coverage.is_in_production
    and shipment_draws.owner <> 'China'
