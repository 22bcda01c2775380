{{ config(materialized='view') }}
-- What arrived, as far as deliveries are tracked at all: judged pieces alone are none.
with arrivals as (
    select * from {{ ref('int_supply__arrivals') }}
),

vendor_coverage as (
    select * from {{ ref('int_shipments__vendor_coverage') }}
)

select
    quarter_start,
    region_id,
    chip_id,
    origin,
    draw,
    units,
from arrivals
where exists (select 1 from vendor_coverage)
