-- Shipments as the estimator lists them, each chip of a quarter once: by owner where they are split,
-- else the total of the chip under the owner `all`. Owners of a part of a quarter give way to a total
-- of the whole quarter.
with owner_shipments as (
    select * from {{ ref('int_shipments__owner_shipments') }}
),

chip_totals as (
    select * from {{ ref('int_shipments__chip_totals') }}
),

owned_quarters as (
    select
        quarter_start,
        chip_id,
        bool_or(is_partial_quarter) as is_partial_quarter,
    from owner_shipments
    group by quarter_start, chip_id
),

-- totals without owners, or of more than the owners cover
totals_alone as (
    select chip_totals.*
    from chip_totals
    left join owned_quarters
        on
            chip_totals.quarter_start = owned_quarters.quarter_start
            and chip_totals.chip_id = owned_quarters.chip_id
    where
        owned_quarters.chip_id is null
        or (owned_quarters.is_partial_quarter and not chip_totals.is_partial_quarter)
)

select
    owner_shipments.shipment_id,
    owner_shipments.quarter_start,
    owner_shipments.chip_id,
    owner_shipments.owner,
    owner_shipments.owner_region_id,
    owner_shipments.owner_type,
    owner_shipments.owner_organisation_id,
    owner_shipments.is_partial_quarter,
    owner_shipments.units_p05,
    owner_shipments.units_p50,
    owner_shipments.units_p95,
    owner_shipments.h100e_p05,
    owner_shipments.h100e_p50,
    owner_shipments.h100e_p95,
    owner_shipments.vintage_id,
    owner_shipments.document_sha256,
    owner_shipments.document_row,
    owner_shipments.source_id,
    owner_shipments.known_on,
    owner_shipments.confidence,
from owner_shipments
left join totals_alone
    on
        owner_shipments.quarter_start = totals_alone.quarter_start
        and owner_shipments.chip_id = totals_alone.chip_id
where totals_alone.chip_id is null

union all

select
    shipment_id,
    quarter_start,
    chip_id,
    'all' as owner,
    null as owner_region_id,
    'other' as owner_type,
    null as owner_organisation_id,
    is_partial_quarter,
    units_p05,
    units_p50,
    units_p95,
    h100e_p05,
    h100e_p50,
    h100e_p95,
    vintage_id,
    document_sha256,
    document_row,
    source_id,
    known_on,
    confidence,
from totals_alone
