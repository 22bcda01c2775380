-- Revenue that moves with the chips of a vendor, by fiscal quarter: as reported, and for quarters
-- not reported yet as the company guided. Guidance of a wider segment is taken at the share that
-- the narrower one had in the last quarter for which both are reported.
with revenue as (
    select * from {{ ref('stg_company_financials__vendor_revenue_quarterly') }}
),

guidance as (
    select * from {{ ref('stg_company_financials__revenue_guidance') }}
),

bridges as (
    select * from {{ ref('stg_vocabulary__revenue_bridges') }}
),

quarterly as (
    select *
    from revenue
    where
        period_type = 'quarter'
        and revenue_region = 'all'
        and edition = 'first'
        and revenue_usd_m is not null
),

reported as (
    select
        bridges.vendor,
        quarterly.period_start,
        quarterly.period_end,
        quarterly.revenue_usd_m,
        quarterly.source_id,
        quarterly.known_on,
    from bridges
    inner join quarterly
        on
            bridges.revenue_vendor = quarterly.vendor
            and bridges.segment = quarterly.segment
),

wider as (
    select
        bridges.vendor,
        quarterly.period_end,
        quarterly.revenue_usd_m,
    from bridges
    inner join quarterly
        on
            bridges.revenue_vendor = quarterly.vendor
            and bridges.guided_segment = quarterly.segment
),

segment_shares as (
    select
        reported.vendor,
        arg_max(reported.revenue_usd_m / wider.revenue_usd_m, reported.period_end) as segment_share,
    from reported
    inner join wider
        on
            reported.vendor = wider.vendor
            and reported.period_end = wider.period_end
    group by reported.vendor
),

-- how the company's guidance turned out, where both are known; in the guided segment
guided as (
    select
        bridges.vendor,
        guidance.period_start,
        guidance.period_end,
        guidance.guided_central_usd_m,
        segment_shares.segment_share,
        wider.revenue_usd_m as outcome_usd_m,
        guidance.source_id,
        guidance.known_on,
    from bridges
    inner join guidance
        on
            bridges.revenue_vendor = guidance.vendor
            and bridges.guided_segment = guidance.segment
    inner join segment_shares on bridges.vendor = segment_shares.vendor
    left join wider
        on
            bridges.vendor = wider.vendor
            and guidance.period_end = wider.period_end
)

select
    vendor,
    period_start,
    period_end,
    revenue_usd_m,
    false as is_guided,
    null as log_beat,
    source_id,
    known_on,
from reported

union all

select
    guided.vendor,
    guided.period_start,
    guided.period_end,
    guided.guided_central_usd_m * guided.segment_share as revenue_usd_m,
    true as is_guided,
    ln(guided.outcome_usd_m / guided.guided_central_usd_m) as log_beat,
    guided.source_id,
    guided.known_on,
from guided
