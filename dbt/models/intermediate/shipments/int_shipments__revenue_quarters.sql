-- The revenue that moves with a vendor's chips, by calendar quarter: fiscal quarters are spread
-- evenly over their days. Guidance stands in for the days that no report covers.
with vendor_revenue as (
    select * from {{ ref('int_shipments__vendor_revenue') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

-- the last day that is reported; guided quarters begin after it
reported_until as (
    select
        vendor,
        max(period_end) as last_reported_on,
    from vendor_revenue
    where not is_guided
    group by vendor
),

used as (
    select vendor_revenue.*
    from vendor_revenue
    inner join reported_until on vendor_revenue.vendor = reported_until.vendor
    where
        not vendor_revenue.is_guided
        or vendor_revenue.period_start > reported_until.last_reported_on
),

shared_days as (
    select
        used.vendor,
        quarters.quarter_start,
        date_diff('day', quarters.quarter_start, quarters.quarter_end) + 1 as quarter_days,
        used.is_guided,
        date_diff(
            'day',
            greatest(used.period_start, quarters.quarter_start),
            least(used.period_end, quarters.quarter_end)
        ) + 1 as days,
        used.revenue_usd_m / (date_diff('day', used.period_start, used.period_end) + 1)
            as usd_m_per_day,
    from used
    inner join quarters
        on
            used.period_start <= quarters.quarter_end
            and used.period_end >= quarters.quarter_start
)

-- days that neither report nor guidance covers (a few, where fiscal and calendar quarters end apart)
-- are taken to sell like the others, if these are the greater part of the quarter
select
    vendor,
    quarter_start,
    sum(days) filter (where not is_guided) as reported_days,
    sum(days) filter (where is_guided) as guided_days,
    coalesce(
        {{ exact_sum('case when not is_guided then days * usd_m_per_day end', 6) }}, 0
    ) * max(quarter_days) / sum(days) as reported_usd_m,
    coalesce(
        {{ exact_sum('case when is_guided then days * usd_m_per_day end', 6) }}, 0
    ) * max(quarter_days) / sum(days) as guided_usd_m,
from shared_days
group by vendor, quarter_start
having 2 * sum(days) > max(quarter_days)
