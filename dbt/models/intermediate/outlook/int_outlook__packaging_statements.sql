-- What was said of packaging capacity (CoWoS of TSMC), with the day on which it was said: wafers of a
-- year, or wafers a month at the end of a year. What has no day cannot be put in order and is left out.
with capacity as (
    select * from {{ ref('stg_foundry_capacity__cowos_capacity') }}
),

forecasts as (
    select * from {{ ref('stg_outside_forecasts__forecasts') }}
),

stated as (
    select
        capacity_id as statement_id,
        metric,
        as_of_on as speaks_of,
        value_central,
        known_on,
    from capacity
    where
        foundry = 'tsmc'
        and process = 'cowos'
        and published_on is not null

    union all

    select
        forecast_id as statement_id,
        unit as metric,
        period_end as speaks_of,
        value_central,
        known_on,
    from forecasts
    where quantity = 'cowos_wafers'
)

select
    statement_id,
    case when metric = 'wafers_per_year' then 'year' else 'year_end' end as basis,
    year(speaks_of)::integer as capacity_year,
    case when metric = 'wafers_per_year' then value_central else 12 * value_central end
        as wafers_per_year,
    known_on,
from stated
where
    value_central is not null
    and (metric = 'wafers_per_year' or month(speaks_of) = 12)
