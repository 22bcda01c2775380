-- When dated steps of tracked sites may go live. Days are the tracker's with the slip that was measured.
with paths as (
    select * from {{ ref('int_outlook__site_paths') }}
)

select
    site_id,
    planned_on,
    any_value(vintage_on) as vintage_on,
    any_value(region_id) as region_id,
    any_value(country_code) as country_code,
    any_value(increment_it_mw) as it_power_mw,
    quantile_disc(live_on, 0.05) as live_on_p05,
    quantile_disc(live_on, 0.5) as live_on_p50,
    quantile_disc(live_on, 0.95) as live_on_p95,
    round(avg((
        live_on < (date_trunc('quarter', planned_on) + interval 3 month)::date
    )::integer), 4) as probability_live_by_quarter_end,
    'datacenter_sites, assumptions' as source_ids,
    any_value(vintage_on) as known_on,
    'inferred' as confidence,
from paths
where draw > 0
group by site_id, planned_on
