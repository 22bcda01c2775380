-- How much the owners' shares of a vendor's chips move from one counted quarter to the next: the root
-- mean square of the change of their logarithm, over all owners and quarters. It is what one must
-- allow for, per quarter, where only totals are counted and the last known shares stand in. China's
-- share follows the rules of export and not the market, so it is left out.
with owner_shipments as (
    select * from {{ ref('int_shipments__owner_shipments') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

owned as (
    select
        chips.vendor,
        owner_shipments.quarter_start,
        owner_shipments.owner,
        {{ exact_sum('owner_shipments.h100e_p50') }} as h100e,
    from owner_shipments
    inner join chips on owner_shipments.chip_id = chips.chip_id
    where
        owner_shipments.owner <> 'China'
        and not owner_shipments.is_partial_quarter
    group by chips.vendor, owner_shipments.quarter_start, owner_shipments.owner
),

sums as (
    select
        vendor,
        quarter_start,
        {{ exact_sum('h100e') }} as h100e,
    from owned
    group by vendor, quarter_start
),

shares as (
    select
        owned.vendor,
        owned.quarter_start,
        owned.owner,
        ln(owned.h100e / sums.h100e) as log_share,
    from owned
    inner join sums
        on
            owned.vendor = sums.vendor
            and owned.quarter_start = sums.quarter_start
    where owned.h100e > 0
),

steps as (
    select
        later.vendor,
        later.owner,
        later.quarter_start,
        later.log_share - earlier.log_share as step,
    from shares as later
    inner join shares as earlier
        on
            later.vendor = earlier.vendor
            and later.owner = earlier.owner
            and later.quarter_start = earlier.quarter_start + interval 3 month
)

-- a vendor with one owner, or with one quarter only, shows no step
select
    vendors.vendor,
    count(steps.step) as steps,
    coalesce(sqrt({{ exact_sum('steps.step * steps.step', 12) }} / count(steps.step)), 0)
        as log_sd_per_quarter,
from (select vendor from owned group by vendor) as vendors
left join steps on vendors.vendor = steps.vendor
group by vendors.vendor
