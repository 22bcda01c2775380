-- Steps that sites are still expected to take, with what each adds to what was seen or expected
-- before it. A projection whose day has passed unseen is not taken for built.
with readings as (
    select * from {{ published('fct_datacenter_site') }}
),

build as (
    select as_of from {{ source('build', 'parameters') }}
),

counted as (
    select readings.*
    from readings
    cross join build
    where
        not readings.is_projection
        or readings.on_date > build.as_of
),

steps as (
    select
        *,
        it_power_mw - coalesce(lag(it_power_mw) over before, 0) as added_it_power_mw,
        h100e_8bit - coalesce(lag(h100e_8bit) over before, 0) as added_h100e_8bit,
    from counted
    window before as (partition by site_id order by on_date)
)

select
    steps.site_id,
    steps.on_date as due_on,
    quarters.quarter_start,
    quarters.quarter_label,
    steps.site_name,
    steps.owner,
    steps.country_code,
    countries.country_name,
    countries.country_name_zh,
    steps.region_id,
    regions.region_name,
    regions.region_name_zh,
    steps.added_it_power_mw,
    steps.added_h100e_8bit,
    steps.it_power_mw as it_power_mw_after,
    steps.h100e_8bit as h100e_8bit_after,
    steps.source_ids,
    steps.known_on,
    steps.confidence,
from steps
inner join {{ published('dim_quarter') }} as quarters
    on steps.on_date between quarters.quarter_start and quarters.quarter_end
left join {{ published('dim_country') }} as countries
    on steps.country_code = countries.country_code
left join {{ published('dim_region') }} as regions
    on steps.region_id = regions.region_id
where steps.is_projection
