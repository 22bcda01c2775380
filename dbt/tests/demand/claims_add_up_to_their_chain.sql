-- The claims of all segments, split over kinds of work, are the American needs of the account of
-- claims, on every draw but for the noise of the split, whose factor is one on the central path.
with segment_claims as (
    select * from {{ ref('int_demand__segment_claims') }} where draw = 0
),

claim_needs as (
    select
        quarter_start,
        sum(need) as need,
    from {{ ref('int_demand__claim_needs') }}
    where
        region_id = 'US'
        and draw = 0
    group by quarter_start
),

powered as (
    select
        quarter_start,
        powered_h100e_8bit,
    from {{ ref('int_demand__stock_shares') }}
    where
        region_id = 'US'
        and workload_id = 'inference'
        and draw = 0
),

sums as (
    select
        segment_claims.quarter_start,
        sum(segment_claims.us_h100e_8bit) / any_value(powered.powered_h100e_8bit) as need,
    from segment_claims
    inner join powered on segment_claims.quarter_start = powered.quarter_start
    group by segment_claims.quarter_start
)

select
    sums.quarter_start,
    sums.need as of_segments,
    claim_needs.need as of_kinds_of_work,
from sums
full join claim_needs on sums.quarter_start = claim_needs.quarter_start
where
    sums.need is null
    or claim_needs.need is null
    or abs(sums.need - claim_needs.need) > 1e-6
