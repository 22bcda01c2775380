-- Every code by which a licence row can reach a country, with its days: the country's own code, its
-- groups, OTHER while it is in none of the classes, ANY always. The United States, from where chips
-- are exported, are no destination, and neither are the territories that the rules count as theirs.
with countries as (
    select * from {{ ref('stg_countries__countries') }}
),

destination_groups as (
    select * from {{ ref('stg_export_controls__destination_groups') }}
),

build as (
    select * from {{ source('build', 'parameters') }}
),

destinations as (
    select countries.country_code
    from countries
    left join destination_groups
        on
            countries.country_code = destination_groups.country_code
            and destination_groups.group_code = 'US'
    where
        countries.country_code <> 'US'
        and destination_groups.country_code is null
),

-- The last day of a membership is known from the day after it; an empty start means always.
memberships as (
    select
        destination_groups.country_code,
        group_code,
        greatest(
            coalesce(destination_groups.valid_from, date '{{ var("horizon_start") }}'),
            date '{{ var("horizon_start") }}'
        ) as valid_from,
        case
            when destination_groups.valid_to < build.as_of
                then cast(destination_groups.valid_to + interval '1' day as date)
        end as valid_to,
    from destination_groups
    inner join destinations using (country_code)
    cross join build
),

memberships_in_force as (
    select *
    from memberships
    where valid_to is null or valid_to > valid_from
),

class_memberships as (
    select *
    from memberships_in_force
    where group_code in ('A:5', 'A:6', 'D:1', 'D:4', 'D:5', 'MO')
),

cut_days as (
    select country_code, date '{{ var("horizon_start") }}' as valid_from from destinations
    union
    select country_code, valid_from from class_memberships
    union
    select country_code, valid_to from class_memberships where valid_to is not null
),

periods as (
    select
        country_code,
        valid_from,
        lead(valid_from) over (partition by country_code order by valid_from) as valid_to,
    from cut_days
),

periods_outside_classes as (
    select
        periods.country_code,
        periods.valid_from,
        periods.valid_to,
    from periods
    left join class_memberships
        on
            periods.country_code = class_memberships.country_code
            and periods.valid_from >= class_memberships.valid_from
            and (
                class_memberships.valid_to is null
                or periods.valid_from < class_memberships.valid_to
            )
    where class_memberships.country_code is null
),

-- Macau's group bears its country code, so a pair may come from both; the wider one is the own
-- code.
all_codes as (
    select
        country_code,
        country_code as destination_code,
        date '{{ var("horizon_start") }}' as valid_from,
        cast(null as date) as valid_to,
    from destinations
    union all
    select country_code, 'ANY', date '{{ var("horizon_start") }}', null
    from destinations
    union all
    select country_code, 'OTHER', valid_from, valid_to
    from periods_outside_classes
    union all
    select country_code, group_code, valid_from, valid_to
    from memberships_in_force
    where group_code <> country_code
)

select
    country_code,
    destination_code,
    valid_from,
    valid_to,
from all_codes
