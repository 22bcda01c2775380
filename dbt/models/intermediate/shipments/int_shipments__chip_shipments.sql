-- Shipments by owner, chip and calendar quarter in the newest version that was public on the as-of
-- day. The estimator revises its past: the vintages hold every version, and a row counts in the
-- newest one in which it stood and was not withdrawn.
with vintages as (
    select * from {{ ref('int_shipments__versions') }}
),

newest as (
    select *
    from vintages
    qualify row_number() over (
        partition by shipment_id
        order by vintage_on desc
    ) = 1
),

-- Rows of one grain and one basis that add up to the total: owners by chip on calendar quarters.
-- Named parts of Other and fiscal quarters of the same chips are outside the partition.
partition_rows as (
    select *
    from newest
    where
        change <> 'withdrawn'
        and grain = 'by_owner_chip'
        and period_basis = 'calendar_quarter'
        and in_partition
)

select
    shipment_id,
    period_start as quarter_start,
    period_end,
    chip_label,
    chip_as_written,
    owner,
    owner_region_id,
    -- the last day lies before the end of the quarter, or the estimator marks it as open
    coalesce(is_incomplete, false)
    or period_end < last_day(period_start + interval 2 month) as is_partial_quarter,
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
from partition_rows
