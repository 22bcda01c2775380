{{ config(materialized='view') }}
-- Countries with the groups that they belong to on the as-of day.
with countries as (
    select * from {{ ref('stg_countries__countries') }}
),

country_groups as (
    select * from {{ ref('int_policy__country_groups') }}
),

build as (
    select as_of from {{ source('build', 'parameters') }}
),

groups_of_the_day as (
    select
        country_groups.country_code,
        string_agg(distinct country_groups.group_code, ',' order by country_groups.group_code)
            as country_groups,
    from country_groups
    cross join build
    where
        country_groups.valid_from <= build.as_of
        and (country_groups.valid_to is null or country_groups.valid_to > build.as_of)
    group by all
)

select
    countries.country_code,
    countries.country_name,
    countries.country_name_zh,
    countries.region_id,
    groups_of_the_day.country_groups,
    countries.source_id as source_ids,
    countries.known_on,
    countries.confidence,
from countries
left join groups_of_the_day on countries.country_code = groups_of_the_day.country_code
