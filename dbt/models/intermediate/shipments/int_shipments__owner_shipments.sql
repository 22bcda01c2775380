-- Shipments with the chip's one id and what kind of organisation the owner is. The groups China and
-- Other are no organisations; they count as owner type other.
with chip_shipments as (
    select * from {{ ref('int_shipments__chip_shipments') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
),

organisations as (
    select * from {{ ref('int_reference__organisations') }}
)

select
    chip_shipments.shipment_id,
    chip_shipments.quarter_start,
    chip_ids.chip_id,
    chip_shipments.owner,
    organisations.organisation_id as owner_organisation_id,
    chip_shipments.owner_region_id,
    case
        when organisations.kind in (
            'hyperscaler', 'neocloud', 'ai_lab', 'telecom', 'government', 'research', 'enterprise'
        )
            then organisations.kind
        else 'other'
    end as owner_type,
    chip_shipments.is_partial_quarter,
    chip_shipments.units_p05,
    chip_shipments.units_p50,
    chip_shipments.units_p95,
    chip_shipments.h100e_p05,
    chip_shipments.h100e_p50,
    chip_shipments.h100e_p95,
    chip_shipments.vintage_id,
    chip_shipments.document_sha256,
    chip_shipments.document_row,
    chip_shipments.source_id,
    chip_shipments.known_on,
    chip_shipments.confidence,
from chip_shipments
left join chip_ids on chip_shipments.chip_label = chip_ids.label
left join organisation_ids on chip_shipments.owner = organisation_ids.label
left join organisations on organisation_ids.organisation_id = organisations.organisation_id
