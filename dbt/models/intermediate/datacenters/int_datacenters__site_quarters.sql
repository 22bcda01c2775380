-- The state of every tracked site at the end of every quarter: its last step up to that day.
-- Quarters run from the first step of any site to the last projected one. A projection counts only
-- in quarters that end after the as-of day: what nobody has seen since is not taken for built.
with site_readings as (
    select * from {{ ref('int_datacenters__site_readings') }}
),

build as (
    select as_of from {{ source('build', 'parameters') }}
),

bounds as (
    select
        date_trunc('quarter', min(on_date)) as first_quarter,
        date_trunc('quarter', max(on_date)) as last_quarter,
    from site_readings
),

starts as (
    select unnest(generate_series(first_quarter, last_quarter, interval 3 month))::date
        as quarter_start,
    from bounds
),

quarters as (
    select
        starts.quarter_start,
        (starts.quarter_start + interval 3 month - interval 1 day)::date as quarter_end,
        (starts.quarter_start + interval 3 month - interval 1 day)::date > build.as_of
            as is_projection,
    from starts
    cross join build
),

-- one step per site and quarter: the last one that had come by then
states as (
    select
        quarters.quarter_start,
        quarters.quarter_end,
        quarters.is_projection as is_projected_quarter,
        site_readings.*,
    from quarters
    inner join site_readings
        on
            site_readings.on_date <= quarters.quarter_end
            and (quarters.is_projection or not site_readings.is_projection)
    qualify row_number() over (
        partition by quarters.quarter_start, site_readings.site_id
        order by site_readings.on_date desc
    ) = 1
),

-- what was last seen running by then; a site that is projected to grow does not lose it
running as (
    select
        quarters.quarter_start,
        site_readings.site_id,
        arg_max(site_readings.it_power_mw, site_readings.on_date) as it_power_mw,
    from quarters
    inner join site_readings on site_readings.on_date <= quarters.quarter_end
    where
        site_readings.status = 'operational'
        and not site_readings.is_projection
    group by quarters.quarter_start, site_readings.site_id
),

-- the level that the site reaches in the end, as far as its steps tell
completions as (
    select
        site_id,
        arg_max(it_power_mw, on_date) as it_power_mw_at_completion,
        arg_max(h100e_8bit, on_date) as h100e_8bit_at_completion,
    from site_readings
    group by site_id
)

select
    states.quarter_start,
    states.quarter_end,
    states.is_projected_quarter as is_projection,
    states.site_id,
    states.region_id,
    states.country_code,
    states.owner_organisation_id,
    states.status,
    states.it_power_mw,
    case when states.it_power_mw is not null then coalesce(running.it_power_mw, 0) end
        as running_it_power_mw,
    states.facility_power_mw,
    states.h100e_8bit,
    completions.it_power_mw_at_completion,
    completions.h100e_8bit_at_completion,
    states.has_timeline,
    states.source_id,
    states.known_on,
    states.confidence,
from states
left join completions on states.site_id = completions.site_id
left join running
    on
        states.quarter_start = running.quarter_start
        and states.site_id = running.site_id
