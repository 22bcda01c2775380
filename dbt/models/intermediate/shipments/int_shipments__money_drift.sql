-- What a dollar of a vendor's revenue bought from one counted quarter to the next, in H100
-- equivalents: mean and spread of the growth of deliveries less that of revenue. It rises when a new
-- generation comes and stands still in between. Beside it, by how much companies exceed their own
-- guidance, over all of them, because each has few quarters.
with chip_totals as (
    select * from {{ ref('int_shipments__chip_totals') }}
),

revenue_quarters as (
    select * from {{ ref('int_shipments__revenue_quarters') }}
),

vendor_revenue as (
    select * from {{ ref('int_shipments__vendor_revenue') }}
),

deliveries as (
    select
        vendor,
        quarter_start,
        {{ exact_sum('h100e_p50') }} as h100e,
        bool_or(is_partial_quarter) as is_partial_quarter,
    from chip_totals
    group by vendor, quarter_start
),

counted as (
    select
        deliveries.vendor,
        deliveries.quarter_start,
        ln(deliveries.h100e / revenue_quarters.reported_usd_m) as log_h100e_per_money,
    from deliveries
    inner join revenue_quarters
        on
            deliveries.vendor = revenue_quarters.vendor
            and deliveries.quarter_start = revenue_quarters.quarter_start
    where
        not deliveries.is_partial_quarter
        and deliveries.h100e > 0
        and revenue_quarters.guided_days is null
),

steps as (
    select
        later.vendor,
        later.log_h100e_per_money - earlier.log_h100e_per_money as step,
    from counted as later
    inner join counted as earlier
        on
            later.vendor = earlier.vendor
            and later.quarter_start = earlier.quarter_start + interval 3 month
),

moments as (
    select
        vendor,
        count(*) as steps,
        {{ exact_sum('step', 12) }} as step_sum,
        {{ exact_sum('step * step', 12) }} as square_sum,
    from steps
    group by vendor
),

beats as (
    select
        count(*) as beats,
        {{ exact_sum('log_beat', 12) }} as beat_sum,
        {{ exact_sum('log_beat * log_beat', 12) }} as square_sum,
    from vendor_revenue
    where log_beat is not null
)

-- a spread needs two steps; with fewer there is no bridge
select
    moments.vendor,
    moments.steps,
    moments.step_sum / moments.steps as drift,
    sqrt(
        greatest(0, moments.square_sum - power(moments.step_sum, 2) / moments.steps)
        / (moments.steps - 1)
    ) as drift_sd,
    beats.beats,
    case when beats.beats > 1 then beats.beat_sum / beats.beats else 0 end as beat,
    case
        when beats.beats > 1 then sqrt(
            greatest(0, beats.square_sum - power(beats.beat_sum, 2) / beats.beats)
            / (beats.beats - 1)
        )
        else 0
    end as beat_sd,
from moments
cross join beats
where moments.steps > 1
