-- How far the estimator's counts reach, by vendor, and which chips were still made at their end. The
-- totals by chip may go on longer than their split over owners. A quarter that was open when the
-- estimate was made is no count of that quarter; that a chip stands in it shows that it is still
-- delivered. Vendors without any owners (whose chips are counted elsewhere) are left out.
with owner_shipments as (
    select * from {{ ref('int_shipments__owner_shipments') }}
),

chip_totals as (
    select * from {{ ref('int_shipments__chip_totals') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

owner_quarters as (
    select
        chips.vendor,
        owner_shipments.chip_id,
        owner_shipments.quarter_start,
        bool_or(owner_shipments.is_partial_quarter) as is_partial_quarter,
        true as has_owners,
    from owner_shipments
    inner join chips on owner_shipments.chip_id = chips.chip_id
    group by chips.vendor, owner_shipments.chip_id, owner_shipments.quarter_start
),

counts as (
    select * from owner_quarters

    union all

    select
        chips.vendor,
        chip_totals.chip_id,
        chip_totals.quarter_start,
        chip_totals.is_partial_quarter,
        false as has_owners,
    from chip_totals
    inner join chips on chip_totals.chip_id = chips.chip_id
    where chips.vendor in (select vendor from owner_quarters)
),

vendors as (
    select
        vendor,
        max(quarter_start) filter (where not is_partial_quarter) as last_complete_quarter,
        max(quarter_start) filter (where not is_partial_quarter and has_owners)
            as last_split_quarter,
        max(quarter_start) as last_quarter,
    from counts
    group by vendor
)

-- without an open quarter, the last complete one tells what is still made
select
    vendors.vendor,
    counts.chip_id,
    vendors.last_complete_quarter,
    vendors.last_split_quarter,
    max(counts.quarter_start) = vendors.last_quarter as is_in_production,
from vendors
inner join counts on vendors.vendor = counts.vendor
where vendors.last_split_quarter is not null
group by
    vendors.vendor,
    counts.chip_id,
    vendors.last_complete_quarter,
    vendors.last_split_quarter,
    vendors.last_quarter
