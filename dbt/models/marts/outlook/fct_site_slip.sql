-- What became of dated steps of sites between two copies of their timelines.
select
    vintage_on,
    later_vintage_on,
    site_id,
    country_code,
    planned_on,
    planned_mw,
    increment_mw,
    outcome,
    later_on,
    slip_days,
    lead_days,
    was_due,
    match_basis,
    reason,
    'datacenter_sites' || case when match_basis = 'by_hand' then ', site_step_matches' else '' end
        as source_ids,
    later_vintage_on as known_on,
    'estimated' as confidence,
from {{ ref('int_outlook__site_slip') }}
