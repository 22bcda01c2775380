-- What each series had shown by each origin, from counted quarters alone: last deliveries, growth of
-- the last four quarters and of all, and their spread.
with origins as (
    select * from {{ ref('int_outlook__origins') }}
),

deliveries as (
    select
        series_kind,
        series_id,
        quarter_start,
        {{ exact_sum('h100e_8bit') }} as h100e_8bit,
    from {{ ref('int_outlook__series_deliveries') }}
    group by series_kind, series_id, quarter_start
),

growth as (
    select * from {{ ref('int_outlook__series_growth') }}
),

rates as (
    select
        origins.origin_id,
        growth.series_kind,
        growth.series_id,
        count(*) as growth_quarters,
        avg(growth.log_growth order by growth.quarter_start) as mean_growth,
        stddev_samp(growth.log_growth order by growth.quarter_start) as growth_sd,
        avg(growth.log_growth order by growth.quarter_start) filter (
            where date_diff('quarter', growth.quarter_start, origins.origin_quarter) < 4
        ) as last_four_growth,
    from origins
    inner join growth on growth.quarter_start <= origins.origin_quarter
    where growth.is_counted or origins.origin_kind = 'present'
    group by origins.origin_id, growth.series_kind, growth.series_id
)

select
    rates.origin_id,
    rates.series_kind,
    rates.series_id,
    rates.growth_quarters,
    rates.mean_growth,
    rates.growth_sd,
    rates.last_four_growth,
    deliveries.h100e_8bit as start_h100e_8bit,
from rates
inner join origins on rates.origin_id = origins.origin_id
inner join deliveries
    on
        rates.series_kind = deliveries.series_kind
        and rates.series_id = deliveries.series_id
        and origins.start_quarter = deliveries.quarter_start
where rates.growth_quarters >= 4
