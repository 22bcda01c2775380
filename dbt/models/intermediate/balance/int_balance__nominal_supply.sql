-- The first step of supply on the central path: chips delivered and not retired, by region. Tracked
-- shipments are split by where their owner deploys them, Chinese production is added, and stock of
-- before the first counted quarter. Diverted, licensed and uncounted imports are not in yet.
with owner_shipments as (
    select * from {{ ref('int_shipments__owner_shipments') }}
),

assumptions as (
    select * from {{ ref('stg_assumptions__assumptions') }}
),

equivalents as (
    select * from {{ ref('int_reference__chip_equivalents') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

workloads as (
    select * from {{ ref('int_reference__workloads') }}
),

parsed as (
    select
        *,
        regexp_extract(applies_to, 'owner=([^;]+)', 1) as owner,
        regexp_extract(applies_to, 'region=([^;]+)', 1) as region_id,
        regexp_extract(applies_to, 'chip=([^;]+)', 1) as chip_id,
        regexp_extract(applies_to, 'year=([^;]+)', 1) as year_text,
        regexp_extract(applies_to, 'quarter_of_year=([^;]+)', 1) as quarter_text,
    from assumptions
),

us_shares as (
    select owner, value_central as us_share from parsed where parameter = 'deployment_share'
),

tracked as (
    select
        owner_shipments.quarter_start,
        owner_shipments.chip_id,
        regions.region_id,
        owner_shipments.units_p50 * case
            when owner_shipments.owner = 'China' then (regions.region_id = 'CN')::integer
            when regions.region_id = 'US' then us_shares.us_share
            when regions.region_id = 'ROW' then 1 - us_shares.us_share
            else 0
        end as units,
    from owner_shipments
    left join us_shares on owner_shipments.owner = us_shares.owner
    cross join (select unnest(['US', 'CN', 'ROW']) as region_id) as regions
),

quarter_shares as (
    select
        quarter_text::integer as quarter_of_year,
        value_central / sum(value_central) over () as quarter_share,
    from parsed
    where parameter = 'quarter_share'
),

domestic as (
    select
        quarters.quarter_start,
        parsed.chip_id,
        parsed.region_id,
        parsed.value_central * quarter_shares.quarter_share as units,
    from quarters
    inner join parsed
        on
            parsed.parameter = 'domestic_units'
            and parsed.year_text::integer = year(quarters.quarter_start)
    inner join quarter_shares
        on quarter(quarters.quarter_start) = quarter_shares.quarter_of_year
),

-- age at the first counted day; a chip without a row takes the youngest age of the others
opening_ages as (
    select chip_id, value_central as age_years from parsed where parameter = 'opening_age'
),

opening as (
    select
        parsed.chip_id,
        parsed.region_id,
        parsed.value_central as units,
        coalesce(opening_ages.age_years, (select min(age_years) from opening_ages)) as age_years,
    from parsed
    left join opening_ages on parsed.chip_id = opening_ages.chip_id
    where parsed.parameter = 'opening_stock'
),

survival as (
    select
        max(value_central) filter (parameter = 'weibull_scale') as scale_years,
        max(value_central) filter (parameter = 'weibull_shape') as shape,
    from parsed
),

surviving as (
    select
        quarters.quarter_start,
        arrivals.chip_id,
        arrivals.region_id,
        arrivals.units * exp(
            -power(
                date_diff('month', arrivals.quarter_start, quarters.quarter_start) / 12.0
                / survival.scale_years,
                survival.shape
            )
        ) as units,
    from (select * from tracked union all select * from domestic) as arrivals
    inner join quarters on arrivals.quarter_start <= quarters.quarter_start
    cross join survival

    union all

    select
        quarters.quarter_start,
        opening.chip_id,
        opening.region_id,
        opening.units * exp(
            power(opening.age_years / survival.scale_years, survival.shape)
            - power(
                (
                    opening.age_years
                    + date_diff('month', date '{{ var("first_quarter") }}', quarters.quarter_start)
                    / 12.0
                ) / survival.scale_years,
                survival.shape
            )
        ) as units,
    from opening
    cross join quarters
    cross join survival
),

last_counted as (
    select max(quarter_start) as quarter_start from owner_shipments where not is_partial_quarter
),

by_region as (
    select
        surviving.quarter_start,
        surviving.region_id,
        workloads.workload_id,
        workloads.yardstick,
        sum(
            surviving.units * case
                when workloads.yardstick = 'training' then equivalents.h100e_training
                else equivalents.h100e_inference
            end
            order by surviving.chip_id, surviving.units
        ) as h100e_p50,
    from surviving
    inner join equivalents on surviving.chip_id = equivalents.chip_id
    cross join workloads
    -- beyond the last counted quarter nothing is claimed
    inner join last_counted on surviving.quarter_start <= last_counted.quarter_start
    group by all
)

select * from by_region

union all

select
    quarter_start,
    'WORLD' as region_id,
    workload_id,
    yardstick,
    sum(h100e_p50 order by region_id) as h100e_p50,
from by_region
group by all
