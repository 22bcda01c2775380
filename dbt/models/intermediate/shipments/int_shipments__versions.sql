-- Every version of the shipment counts that was public on the as-of day: the kept vintages, and what
-- the repository states now. A repository that repeats figures of some kept version, row by row, says
-- nothing new and adds no version. A vendor of which one row is new is taken from it as a whole, so
-- that owners and totals come from one state; it is then the newest version.
with vintages as (
    select * from {{ ref('stg_epoch_chip_counts__chip_shipments_vintages') }}
),

stated as (
    select * from {{ ref('stg_epoch_chip_counts__chip_shipments_quarterly') }}
),

newest as (
    select *
    from vintages
    qualify row_number() over (
        partition by shipment_id
        order by vintage_on desc
    ) = 1
),

-- the day on which a vendor's figures became others than those of all kept versions
revised_vendors as (
    select
        stated.vendor,
        max(stated.known_on) as stated_on,
        any_value(stated.document_sha256) as document_sha256,
    from stated
    left join vintages
        on
            stated.shipment_id = vintages.shipment_id
            and stated.units_p05 is not distinct from vintages.units_p05
            and stated.units_p50 is not distinct from vintages.units_p50
            and stated.units_p95 is not distinct from vintages.units_p95
            and stated.h100e_p05 is not distinct from vintages.h100e_p05
            and stated.h100e_p50 is not distinct from vintages.h100e_p50
            and stated.h100e_p95 is not distinct from vintages.h100e_p95
    where vintages.shipment_id is null
    group by stated.vendor
),

restated as (
    select
        stated.*,
        'epoch-' || revised_vendors.stated_on as vintage_id,
        revised_vendors.stated_on,
        case when newest.shipment_id is null then 'new' else 'changed' end as change,
    from stated
    inner join revised_vendors on stated.vendor = revised_vendors.vendor
    left join newest on stated.shipment_id = newest.shipment_id
),

-- two states are never mixed: what the new one does not hold, it has taken back
withdrawn as (
    select
        newest.*,
        revised_vendors.stated_on,
        revised_vendors.document_sha256 as stated_in,
    from newest
    inner join revised_vendors on newest.vendor = revised_vendors.vendor
    left join stated on newest.shipment_id = stated.shipment_id
    where
        stated.shipment_id is null
        and newest.change <> 'withdrawn'
)

select
    shipment_id,
    vintage_id,
    vintage_on,
    change,
    grain,
    chip_label,
    chip_as_written,
    vendor,
    owner,
    owner_region_id,
    period_start,
    period_end,
    period_basis,
    units_p05,
    units_p50,
    units_p95,
    h100e_p05,
    h100e_p50,
    h100e_p95,
    is_incomplete,
    in_partition,
    document_sha256,
    document_row,
    source_id,
    known_on,
    confidence,
from vintages

union all

select
    shipment_id,
    vintage_id,
    stated_on as vintage_on,
    change,
    grain,
    chip_label,
    chip_as_written,
    vendor,
    owner,
    owner_region_id,
    period_start,
    period_end,
    period_basis,
    units_p05,
    units_p50,
    units_p95,
    h100e_p05,
    h100e_p50,
    h100e_p95,
    is_incomplete,
    in_partition,
    document_sha256,
    document_row,
    source_id,
    stated_on as known_on,
    confidence,
from restated

union all

select
    shipment_id,
    'epoch-' || stated_on as vintage_id,
    stated_on as vintage_on,
    'withdrawn' as change,
    grain,
    chip_label,
    chip_as_written,
    vendor,
    owner,
    owner_region_id,
    period_start,
    period_end,
    period_basis,
    null as units_p05,
    null as units_p50,
    null as units_p95,
    null as h100e_p05,
    null as h100e_p50,
    null as h100e_p95,
    is_incomplete,
    in_partition,
    stated_in as document_sha256,
    -- no row of the document says it: the row is missing there
    null as document_row,
    source_id,
    stated_on as known_on,
    confidence,
from withdrawn
