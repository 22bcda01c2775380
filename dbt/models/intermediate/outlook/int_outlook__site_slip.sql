{{ config(materialized='view') }}
-- What became of each dated step in the newest later copy of the timelines that still plans ahead: the
-- first day there on which the site has as much power, or the match by hand where scales were restated.
with steps as (
    select * from {{ ref('int_outlook__site_steps') }}
),

revisions as (
    select * from {{ ref('stg_datacenter_sites__site_timeline_revisions') }}
),

matches as (
    select * from {{ ref('stg_site_step_matches__site_step_matches') }}
),

copies as (
    select
        vintage_on,
        max(vintage_on) over () as newest_on,
    from steps
    group by vintage_on
),

compared as (
    select
        steps.*,
        copies.newest_on as later_vintage_on,
    from steps
    inner join copies on steps.vintage_on = copies.vintage_on
    where copies.newest_on > steps.vintage_on
),

-- a hundredth less is the same level, rounded
found as (
    select
        compared.vintage_on,
        compared.site_id,
        compared.planned_on,
        min(revisions.on_date) filter (
            where revisions.facility_power_mw >= {{ var('site_step_reached_share') }} * compared.planned_mw
        ) as later_on,
    from compared
    left join revisions
        on
            compared.later_vintage_on = revisions.vintage_on
            and compared.site_id = revisions.site_id
    group by compared.vintage_on, compared.site_id, compared.planned_on
),

settled as (
    select
        compared.*,
        case when matches.step_match_id is null then found.later_on else matches.later_on end
            as later_on,
        matches.outcome as outcome_by_hand,
        matches.reason,
        matches.step_match_id is not null as is_by_hand,
    from compared
    inner join found
        on
            compared.vintage_on = found.vintage_on
            and compared.site_id = found.site_id
            and compared.planned_on = found.planned_on
    left join matches
        on
            compared.vintage_on = matches.vintage_on
            and compared.site_id = matches.site_id
            and round(compared.planned_mw) = matches.planned_mw
)

select
    vintage_on,
    later_vintage_on,
    site_id,
    country_code,
    planned_on,
    planned_mw,
    increment_mw,
    coalesce(
        outcome_by_hand,
        case
            when later_on is null then 'not_in_plan'
            when later_on <= later_vintage_on then 'reached'
            else 'still_planned'
        end
    ) as outcome,
    later_on,
    date_diff('day', planned_on, later_on) as slip_days,
    date_diff('day', vintage_on, planned_on) as lead_days,
    planned_on <= later_vintage_on as was_due,
    case when is_by_hand then 'by_hand' else 'level' end as match_basis,
    reason,
from settled
