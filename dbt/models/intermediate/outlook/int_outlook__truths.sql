-- What was counted, on the central path: deliveries and stock by region and over the world, deliveries
-- by maker. A quarter of which the greater part is not counted is no truth.
with deliveries as (
    select * from {{ ref('int_outlook__series_deliveries') }}
),

cohorts as (
    select * from {{ ref('int_outlook__cohorts') }}
),

quarter_coverage as (
    select * from {{ ref('int_supply__quarter_coverage') }}
),

measured as (
    select
        'delivered' as measure,
        case when series_kind = 'region' then series_id else 'WORLD' end as region_id,
        case when series_kind = 'region' then 'all' else series_id end as vendor,
        quarter_start,
        is_counted,
        h100e_8bit as h100e,
    from deliveries

    union all

    select
        unnest(['nominal', 'deployed']) as measure,
        region_id,
        'all' as vendor,
        quarter_start,
        true as is_counted,
        unnest([nominal_h100e, deployed_h100e]) as h100e,
    from cohorts
),

spread as (
    select * from measured

    union all

    select * replace ('WORLD' as region_id)
    from measured
    where vendor = 'all'
)

select
    spread.measure,
    spread.region_id,
    spread.vendor,
    spread.quarter_start,
    case when spread.vendor = 'all' then any_value(quarter_coverage.counted_share) else 1 end
        as counted_share,
    {{ exact_sum('spread.h100e') }} as h100e,
from spread
inner join quarter_coverage on spread.quarter_start = quarter_coverage.quarter_start
where
    spread.vendor <> 'all'
    or not quarter_coverage.is_nowcast
group by spread.measure, spread.region_id, spread.vendor, spread.quarter_start
having bool_and(spread.is_counted)
