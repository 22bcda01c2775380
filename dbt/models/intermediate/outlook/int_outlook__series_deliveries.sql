-- Deliveries by quarter of each series that the rule continues, on the central path: regions of use,
-- and makers whose chips are counted over the whole world.
with vendor_flows as (
    select * from {{ ref('int_supply__vendor_flows') }}
),

vendor_coverage as (
    select
        vendor,
        max(last_complete_quarter) as last_counted_quarter,
    from {{ ref('int_shipments__vendor_coverage') }}
    group by vendor
),

quarter_coverage as (
    select * from {{ ref('int_supply__quarter_coverage') }}
)

select
    'region' as series_kind,
    vendor_flows.region_id as series_id,
    vendor_flows.vendor,
    vendor_flows.quarter_start,
    coalesce(not any_value(quarter_coverage.is_nowcast), true) as is_counted,
    {{ exact_sum('vendor_flows.h100e_8bit') }} as h100e_8bit,
from vendor_flows
left join quarter_coverage on vendor_flows.quarter_start = quarter_coverage.quarter_start
where vendor_flows.draw = 0
group by vendor_flows.region_id, vendor_flows.vendor, vendor_flows.quarter_start

union all

select
    'vendor' as series_kind,
    vendor_flows.vendor as series_id,
    vendor_flows.vendor,
    vendor_flows.quarter_start,
    vendor_flows.quarter_start <= any_value(vendor_coverage.last_counted_quarter) as is_counted,
    {{ exact_sum('vendor_flows.h100e_8bit') }} as h100e_8bit,
from vendor_flows
inner join vendor_coverage on vendor_flows.vendor = vendor_coverage.vendor
where
    vendor_flows.draw = 0
    and vendor_flows.piece = 'tracked'
group by vendor_flows.vendor, vendor_flows.quarter_start
