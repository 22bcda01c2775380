-- Shipments of a chip over all owners in the newest version that was public on the as-of day. They
-- come from another run of the estimator than the rows by owner, with intervals of their own.
with vintages as (
    select * from {{ ref('int_shipments__versions') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

newest as (
    select *
    from vintages
    qualify row_number() over (
        partition by shipment_id
        order by vintage_on desc
    ) = 1
)

select
    newest.shipment_id,
    newest.period_start as quarter_start,
    chip_ids.chip_id,
    newest.vendor,
    -- the last day lies before the end of the quarter, or the estimator marks it as open
    coalesce(newest.is_incomplete, false)
    or newest.period_end < last_day(newest.period_start + interval 2 month) as is_partial_quarter,
    newest.units_p05,
    newest.units_p50,
    newest.units_p95,
    newest.h100e_p05,
    newest.h100e_p50,
    newest.h100e_p95,
    newest.vintage_id,
    newest.document_sha256,
    newest.document_row,
    newest.source_id,
    newest.known_on,
    newest.confidence,
from newest
left join chip_ids on newest.chip_label = chip_ids.label
where
    newest.change <> 'withdrawn'
    and newest.grain = 'by_chip'
    and newest.period_basis = 'calendar_quarter'
    and newest.in_partition
