-- Tracked chips by owner on every draw: what was counted, and after a vendor's last complete
-- quarter its last deliveries carried on by its revenue or the judged growth, for chips that are
-- still made. China's own rows are not continued; what it may buy afterwards stands in the licensed
-- pieces.
with shipment_draws as (
    select * from {{ ref('int_shipments__shipment_draws') }}
),

vendor_coverage as (
    select * from {{ ref('int_shipments__vendor_coverage') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

bridge_draws as (
    select * from {{ ref('int_shipments__bridge_draws') }}
)

select
    shipment_draws.quarter_start,
    shipment_draws.chip_id,
    shipment_draws.owner,
    shipment_draws.draw,
    shipment_draws.units,
    false as is_nowcast,
    'counted' as basis,
from shipment_draws
-- a day early in a quarter already knows a count of the quarter that the grid does not hold yet
inner join quarters on shipment_draws.quarter_start = quarters.quarter_start

union all

select
    bridge_draws.quarter_start,
    shipment_draws.chip_id,
    shipment_draws.owner,
    shipment_draws.draw,
    shipment_draws.units * bridge_draws.factor as units,
    true as is_nowcast,
    bridge_draws.basis,
from vendor_coverage
inner join shipment_draws
    on
        vendor_coverage.chip_id = shipment_draws.chip_id
        and vendor_coverage.last_complete_quarter = shipment_draws.quarter_start
inner join bridge_draws
    on
        vendor_coverage.vendor = bridge_draws.vendor
        and shipment_draws.draw = bridge_draws.draw
where
    vendor_coverage.is_in_production
    and shipment_draws.owner <> 'China'
