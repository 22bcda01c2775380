-- The state of every tracked site at dated steps, as the newest copy known on the as-of day shows
-- it. A copy restates the whole past of a site, so steps of two copies are never mixed. The
-- publisher also states the level of the day without a timeline: such a reading ends the timeline
-- of the site and overtakes what the timeline had projected up to then.
with revisions as (
    select * from {{ ref('stg_datacenter_sites__site_timeline_revisions') }}
),

organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
),

countries as (
    select * from {{ ref('stg_countries__countries') }}
),

-- a copy that shows nothing but its own day for a site holds a current level, not a timeline
copies as (
    select
        site_id,
        vintage_on,
        bool_or(on_date <> vintage_on) as is_timeline,
    from revisions
    group by site_id, vintage_on
),

newest_copies as (
    select
        site_id,
        max(vintage_on) filter (is_timeline) as timeline_vintage_on,
        max(vintage_on) filter (not is_timeline) as level_vintage_on,
    from copies
    group by site_id
),

chosen as (
    select
        revisions.*,
        newest_copies.timeline_vintage_on is not null as has_timeline,
    from revisions
    inner join newest_copies on revisions.site_id = newest_copies.site_id
    where
        -- steps of the newest timeline, up to a later level; projections after that level stay
        (
            revisions.vintage_on = newest_copies.timeline_vintage_on
            and (
                newest_copies.level_vintage_on is null
                or newest_copies.level_vintage_on < newest_copies.timeline_vintage_on
                or not revisions.is_projection
                or revisions.on_date > newest_copies.level_vintage_on
            )
        )
        -- a level counts if no newer timeline has replaced it
        or (
            revisions.vintage_on = newest_copies.level_vintage_on
            and (
                newest_copies.timeline_vintage_on is null
                or newest_copies.timeline_vintage_on < newest_copies.level_vintage_on
            )
        )
),

-- Where a reading has the power of the IT equipment only, the facility's follows from the ratio at
-- the newest step of the site that states both.
power_ratios as (
    select
        site_id,
        arg_max(facility_power_mw / it_power_mw, on_date) as facility_to_it_ratio,
    from chosen
    where
        it_power_mw > 0
        and facility_power_mw is not null
        and not is_projection
    group by site_id
)

select
    chosen.site_id,
    chosen.on_date,
    chosen.site_name,
    chosen.owner,
    organisation_ids.organisation_id as owner_organisation_id,
    chosen.country_code,
    countries.region_id,
    chosen.construction_status as status,
    chosen.it_power_mw,
    coalesce(
        chosen.facility_power_mw,
        -- a site in which nothing runs yet has no ratio and needs none
        case when chosen.it_power_mw = 0 then 0 end,
        chosen.it_power_mw * power_ratios.facility_to_it_ratio
    ) as facility_power_mw,
    chosen.facility_power_mw is null
    and (
        chosen.it_power_mw = 0
        or chosen.it_power_mw * power_ratios.facility_to_it_ratio is not null
    ) as is_facility_power_derived,
    chosen.h100e as h100e_8bit,
    chosen.buildings_operational,
    chosen.capital_cost_usd_bn,
    chosen.is_projection,
    chosen.has_timeline,
    chosen.vintage_on,
    chosen.source_id,
    chosen.known_on,
    chosen.confidence,
from chosen
left join power_ratios on chosen.site_id = power_ratios.site_id
left join organisation_ids on chosen.owner = organisation_ids.label
left join countries on chosen.country_code = countries.country_code
