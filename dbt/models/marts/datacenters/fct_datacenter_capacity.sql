with site_quarters as (
    select * from {{ ref('int_datacenters__site_quarters') }}
),

-- WORLD is the sum of all sites, not of rounded regions
placed as (
    select
        site_quarters.*,
        region_id as summed_region_id,
    from site_quarters

    union all

    select
        site_quarters.*,
        'WORLD' as summed_region_id,
    from site_quarters
)

-- sums in a fixed order: the last digits of a sum depend on the order of its parts
select
    quarter_start,
    summed_region_id as region_id,
    status,
    is_projection,
    count(*) as sites,
    sum(it_power_mw order by site_id) as it_power_mw,
    sum(running_it_power_mw order by site_id) as running_it_power_mw,
    sum(greatest(it_power_mw - running_it_power_mw, 0) order by site_id) as coming_it_power_mw,
    sum(facility_power_mw order by site_id) as facility_power_mw,
    sum(h100e_8bit order by site_id) as h100e_8bit_tracked,
    sum(it_power_mw_at_completion order by site_id) as it_power_mw_at_completion,
    sum(h100e_8bit_at_completion order by site_id) as h100e_8bit_at_completion,
    count(it_power_mw) as sites_with_it_power,
    count(facility_power_mw) as sites_with_facility_power,
    count(*) filter (not has_timeline) as sites_without_history,
    string_agg(distinct source_id, ',' order by source_id) as source_ids,
    max(known_on) as known_on,
    -- from the strongest to the weakest grade
    max_by(
        confidence,
        list_position(['reported', 'estimated', 'modelled', 'inferred'], confidence)
    ) as confidence,
from placed
group by quarter_start, summed_region_id, status, is_projection
