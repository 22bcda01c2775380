-- How a vendor's counted quarter changed from its first public version to the newest, and how many
-- quarters old it was at first.
with vintages as (
    select * from {{ ref('int_shipments__versions') }}
),

totals as (
    select *
    from vintages
    where
        grain = 'by_chip'
        and period_basis = 'calendar_quarter'
        and in_partition
        and not is_incomplete
        and change <> 'withdrawn'
        and h100e_p50 > 0
),

-- several versions may have become public on one day: the last of them was seen
public_versions as (
    select *
    from totals
    qualify row_number() over (
        partition by shipment_id, known_on
        order by vintage_on desc
    ) = 1
),

ends as (
    select
        shipment_id,
        vendor,
        period_start as quarter_start,
        min(known_on) as first_known_on,
        max(known_on) as last_known_on,
        arg_min(h100e_p50, known_on) as first_h100e,
        arg_max(h100e_p50, known_on) as last_h100e,
    from public_versions
    group by shipment_id, vendor, period_start
)

select
    vendor,
    quarter_start,
    date_diff('quarter', quarter_start, min(first_known_on)) as age_quarters,
    max(last_known_on) > min(first_known_on) as is_revised,
    ln({{ exact_sum('last_h100e') }} / {{ exact_sum('first_h100e') }}) as log_revision,
from ends
group by vendor, quarter_start
