-- Membership of countries in groups of the export rules, in half-open intervals. The end of a
-- membership is known from the day after it; until then the membership is open.
with destination_groups as (
    select * from {{ ref('stg_export_controls__destination_groups') }}
),

build as (
    select as_of from {{ source('build', 'parameters') }}
),

horizon as (
    select date '{{ var("horizon_start") }}' as starts_on
)

select
    destination_groups.country_code,
    destination_groups.group_code,
    -- an empty start means a member for the whole horizon
    coalesce(destination_groups.valid_from, horizon.starts_on) as valid_from,
    case
        when destination_groups.valid_to < build.as_of
            then (destination_groups.valid_to + interval 1 day)::date
    end as valid_to,
    destination_groups.source_id as source_ids,
    destination_groups.known_on,
    destination_groups.confidence,
from destination_groups
cross join build
cross join horizon
