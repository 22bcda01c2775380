-- Tracked chips by owner on every draw: what was counted, and after a vendor's last complete
-- quarter its last deliveries carried on by its revenue or the judged growth, for chips that are
-- still made. China's own rows are not continued; what it may buy afterwards stands in the licensed
-- pieces.
with delivery_draws as (
    select * from {{ ref('int_shipments__delivery_draws') }}
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
    delivery_draws.quarter_start,
    delivery_draws.chip_id,
    delivery_draws.owner,
    delivery_draws.draw,
    delivery_draws.units,
    delivery_draws.quarter_start as counted_quarter,
    false as is_nowcast,
    'counted' as basis,
from delivery_draws
-- a day early in a quarter already knows a count of the quarter that the grid does not hold yet
inner join quarters on delivery_draws.quarter_start = quarters.quarter_start

union all

select
    bridge_draws.quarter_start,
    delivery_draws.chip_id,
    delivery_draws.owner,
    delivery_draws.draw,
    delivery_draws.units * bridge_draws.factor as units,
    vendor_coverage.last_complete_quarter as counted_quarter,
    true as is_nowcast,
    bridge_draws.basis,
from vendor_coverage
inner join delivery_draws
    on
        vendor_coverage.chip_id = delivery_draws.chip_id
        and vendor_coverage.last_complete_quarter = delivery_draws.quarter_start
inner join bridge_draws
    on
        vendor_coverage.vendor = bridge_draws.vendor
        and delivery_draws.draw = bridge_draws.draw
where
    vendor_coverage.is_in_production
    and delivery_draws.owner <> 'China'
