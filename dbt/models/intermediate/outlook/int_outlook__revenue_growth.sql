-- Growth of the data-centre revenue of NVIDIA over four years, by the newest quarter that was reported
-- by the day of each origin.
with origins as (
    select * from {{ ref('int_outlook__origins') }}
),

revenue as (
    select * from {{ ref('stg_company_financials__vendor_revenue_quarterly') }}
),

reported as (
    select
        period_end,
        revenue_usd_m,
        known_on,
    from revenue
    where
        vendor = 'nvidia'
        and segment = 'datacenter'
        and period_type = 'quarter'
        and revenue_region = 'all'
        and edition = 'first'
        and revenue_usd_m > 0
),

-- fiscal quarters four years apart end within a week of the same day
over_four_years as (
    select
        later.period_end,
        later.known_on,
        ln(later.revenue_usd_m / earlier.revenue_usd_m) / 16 as log_growth_per_quarter,
    from reported as later
    inner join reported as earlier
        on
            date_diff('day', earlier.period_end, later.period_end)
            between 4 * 365 - 7 and 4 * 365 + 8
)

select
    origins.origin_id,
    max(over_four_years.period_end) as period_end,
    arg_max(over_four_years.log_growth_per_quarter, over_four_years.period_end)
        as log_growth_per_quarter,
from origins
inner join over_four_years on over_four_years.known_on <= origins.known_to
group by origins.origin_id
