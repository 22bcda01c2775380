with site_readings as (
    select * from {{ ref('int_datacenters__site_readings') }}
)

select
    site_id,
    on_date,
    site_name,
    owner,
    owner_organisation_id,
    country_code,
    region_id,
    status,
    it_power_mw,
    facility_power_mw,
    is_facility_power_derived,
    h100e_8bit,
    buildings_operational,
    capital_cost_usd_bn,
    is_projection,
    vintage_on,
    source_id as source_ids,
    known_on,
    confidence,
from site_readings
