-- Counted shipments by owner: as the estimator splits them, and after its last split quarter the
-- totals of a chip shared out as the newest known shares say. Such a share has the width of the
-- owner's interval at that time, and beside it what shares move per quarter, growing with the root
-- of the quarters since.
with owner_shipments as (
    select * from {{ ref('int_shipments__owner_shipments') }}
),

chip_totals as (
    select * from {{ ref('int_shipments__chip_totals') }}
),

vendor_coverage as (
    select * from {{ ref('int_shipments__vendor_coverage') }}
),

owner_drift as (
    select * from {{ ref('int_shipments__owner_drift') }}
),

-- An older quarter of which the estimator covers a part only (the first of the TPU) counts as far
-- as it goes.
split as (
    select owner_shipments.*
    from owner_shipments
    inner join vendor_coverage on owner_shipments.chip_id = vendor_coverage.chip_id
    where owner_shipments.quarter_start <= vendor_coverage.last_split_quarter
),

unsplit as (
    select
        chip_totals.quarter_start,
        chip_totals.chip_id,
        chip_totals.units_p50,
        vendor_coverage.vendor,
        date_diff('quarter', vendor_coverage.last_split_quarter, chip_totals.quarter_start)
            as quarters_since_split,
    from chip_totals
    inner join vendor_coverage on chip_totals.chip_id = vendor_coverage.chip_id
    where
        chip_totals.quarter_start > vendor_coverage.last_split_quarter
        and chip_totals.quarter_start <= vendor_coverage.last_complete_quarter
),

-- the newest quarter in which a chip has owners, be it an open one
newest_quarters as (
    select
        vendor_coverage.vendor,
        owner_shipments.chip_id,
        max(owner_shipments.quarter_start) as quarter_start,
    from owner_shipments
    inner join vendor_coverage on owner_shipments.chip_id = vendor_coverage.chip_id
    group by vendor_coverage.vendor, owner_shipments.chip_id
),

newest as (
    select
        newest_quarters.vendor,
        newest_quarters.chip_id,
        newest_quarters.quarter_start
        = max(newest_quarters.quarter_start) over (partition by newest_quarters.vendor)
            as is_newest_of_vendor,
        owner_shipments.owner,
        owner_shipments.owner_type,
        owner_shipments.h100e_p50,
        ln(
            greatest(owner_shipments.units_p50, 1)
            / greatest(coalesce(owner_shipments.units_p05, owner_shipments.units_p50), 1)
        ) as width_down,
        ln(
            greatest(coalesce(owner_shipments.units_p95, owner_shipments.units_p50), 1)
            / greatest(owner_shipments.units_p50, 1)
        ) as width_up,
    from newest_quarters
    inner join owner_shipments
        on
            newest_quarters.chip_id = owner_shipments.chip_id
            and newest_quarters.quarter_start = owner_shipments.quarter_start
),

-- a chip that never had owners takes those of the vendor's other chips
shares as (
    select
        chip_id,
        owner,
        owner_type,
        h100e_p50 as weight,
        width_down,
        width_up,
    from newest

    union all

    select
        unowned.chip_id,
        newest.owner,
        any_value(newest.owner_type) as owner_type,
        {{ exact_sum('newest.h100e_p50') }} as weight,
        max(newest.width_down) as width_down,
        max(newest.width_up) as width_up,
    from (
        select
            vendor,
            chip_id,
        from unsplit
        where chip_id not in (select chip_id from newest_quarters)
        group by vendor, chip_id
    ) as unowned
    inner join newest on unowned.vendor = newest.vendor
    where
        newest.is_newest_of_vendor
        and newest.owner <> 'China'
    group by unowned.chip_id, newest.owner
),

weight_sums as (
    select
        chip_id,
        {{ exact_sum('weight') }} as weight,
    from shares
    group by chip_id
),

shared_out as (
    select
        unsplit.quarter_start,
        unsplit.chip_id,
        shares.owner,
        shares.owner_type,
        unsplit.units_p50 * shares.weight / weight_sums.weight as units_p50,
        -- 1.6448536269514722 standard deviations lead from the median to the 95 % point
        sqrt(
            power(shares.width_down, 2)
            + power(1.6448536269514722 * owner_drift.log_sd_per_quarter, 2)
            * unsplit.quarters_since_split
        ) as width_down,
        sqrt(
            power(shares.width_up, 2)
            + power(1.6448536269514722 * owner_drift.log_sd_per_quarter, 2)
            * unsplit.quarters_since_split
        ) as width_up,
    from unsplit
    inner join shares on unsplit.chip_id = shares.chip_id
    inner join weight_sums on unsplit.chip_id = weight_sums.chip_id
    inner join owner_drift on unsplit.vendor = owner_drift.vendor
)

select
    quarter_start,
    chip_id,
    owner,
    owner_type,
    units_p05,
    units_p50,
    units_p95,
    false as is_shared_out,
from split

union all

select
    quarter_start,
    chip_id,
    owner,
    owner_type,
    units_p50 * exp(-width_down) as units_p05,
    units_p50,
    units_p50 * exp(width_up) as units_p95,
    true as is_shared_out,
from shared_out
