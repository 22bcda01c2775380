-- How far the estimator's counts reach, by vendor, and which chips were still made at their end. A
-- quarter that was open when the estimate was made is no count of that quarter; that a chip stands
-- in it shows that it is still delivered.
with owner_shipments as (
    select * from {{ ref('int_shipments__owner_shipments') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

vendors as (
    select
        chips.vendor,
        max(owner_shipments.quarter_start) filter (where not owner_shipments.is_partial_quarter)
            as last_complete_quarter,
        max(owner_shipments.quarter_start) as last_quarter,
    from owner_shipments
    inner join chips on owner_shipments.chip_id = chips.chip_id
    group by chips.vendor
)

-- without an open quarter, the last complete one tells what is still made
select
    vendors.vendor,
    owner_shipments.chip_id,
    vendors.last_complete_quarter,
    max(owner_shipments.quarter_start) = vendors.last_quarter as is_in_production,
from vendors
inner join chips on vendors.vendor = chips.vendor
inner join owner_shipments on chips.chip_id = owner_shipments.chip_id
where vendors.last_complete_quarter is not null
group by
    vendors.vendor,
    owner_shipments.chip_id,
    vendors.last_complete_quarter,
    vendors.last_quarter
