-- When dated steps of the newest copy go live, on every draw: the time that the copy gave, times the ratio
-- by which such times were exceeded so far and the spread from step to step. What had not been seen by the
-- as-of day is later than that, so its deviate is drawn from what is left of the distribution. Steps that a
-- reading after the copy shows are reached and left out.
with steps as (
    select *
    from {{ ref('int_outlook__site_steps') }}
    qualify vintage_on = max(vintage_on) over ()
),

revisions as (
    select * from {{ ref('stg_datacenter_sites__site_timeline_revisions') }}
),

site_regions as (
    select
        site_id,
        any_value(region_id) as region_id,
    from {{ ref('int_datacenters__site_quarters') }}
    group by site_id
),

build as (
    select
        as_of,
        seed,
    from {{ source('build', 'parameters') }}
),

drawn as (
    select *
    from {{ constant_draws(
        'outlook_site_time_ratio', 'outlook_site_time_spread', 'outlook_site_level'
    ) }}
    where draw <= {{ var('outlook_draws') }}
),

ahead as (
    select
        steps.*,
        site_regions.region_id,
    from steps
    inner join site_regions on steps.site_id = site_regions.site_id
    left join revisions
        on
            steps.site_id = revisions.site_id
            and steps.vintage_on < revisions.vintage_on
            and not revisions.is_projection
            and revisions.it_power_mw >= {{ var('site_step_reached_share') }} * steps.planned_it_mw
    where
        revisions.site_id is null
        and steps.increment_it_mw > 0
),

waited as (
    select
        ahead.*,
        drawn.draw,
        drawn.outlook_site_time_ratio
        * date_diff('day', ahead.vintage_on, ahead.planned_on) as middle_days,
        drawn.outlook_site_time_spread as log_sd,
        drawn.outlook_site_level as level_ratio,
        build.as_of,
        ln(
            date_diff('day', ahead.vintage_on, build.as_of) / (
                drawn.outlook_site_time_ratio
                * date_diff('day', ahead.vintage_on, ahead.planned_on)
            )
        ) / drawn.outlook_site_time_spread as z_waited,
        {{ uniform_deviate(
            'build.seed', "'outlook:site:' || ahead.site_id || ':' || ahead.planned_on", 'drawn.draw'
        ) }} as u_free,
    from ahead
    cross join drawn
    cross join build
    where date_diff('day', ahead.vintage_on, build.as_of) > 0
),

passed as (
    select
        *,
        {{ normal_distribution('z_waited') }} as p_waited,
    from waited
),

held as (
    select
        *,
        least(p_waited + (1 - p_waited) * case when draw = 0 then 0.5 else u_free end, 1 - 1e-12) as u,
    from passed
),

deviates as (
    select
        *,
        {{ probit('u') }} as z,
    from held
)

select
    vintage_on,
    site_id,
    region_id,
    country_code,
    planned_on,
    increment_it_mw,
    draw,
    -- far overdue steps lie beyond what the distribution can tell
    greatest((vintage_on + ceil(middle_days * exp(log_sd * z))::integer)::date, as_of + 1) as live_on,
    increment_it_mw * level_ratio as it_power_mw,
from deviates
