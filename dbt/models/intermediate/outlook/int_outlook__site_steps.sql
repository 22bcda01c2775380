-- Dated steps of tracked sites in each copy of the timelines: days after the copy on which a site is to
-- have more power than on any day before. Copies without such days plan nothing and are left out.
with revisions as (
    select * from {{ ref('stg_datacenter_sites__site_timeline_revisions') }}
),

levels as (
    select
        vintage_on,
        site_id,
        country_code,
        on_date as planned_on,
        facility_power_mw as planned_mw,
        it_power_mw as planned_it_mw,
        is_projection,
        coalesce(max(facility_power_mw) over earlier, 0) as level_before_mw,
        coalesce(max(it_power_mw) over earlier, 0) as it_level_before_mw,
    from revisions
    where facility_power_mw is not null
    window earlier as (
        partition by vintage_on, site_id
        order by on_date
        rows between unbounded preceding and 1 preceding
    )
)

select
    vintage_on,
    site_id,
    country_code,
    planned_on,
    planned_mw,
    planned_it_mw,
    planned_mw - level_before_mw as increment_mw,
    planned_it_mw - it_level_before_mw as increment_it_mw,
from levels
where
    is_projection
    and planned_mw > level_before_mw
