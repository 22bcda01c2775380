select
    shipments.quarter_start,
    quarters.quarter_label,
    shipments.chip_id,
    coalesce(chips.chip_name, shipments.chip_id) as chip_name,
    chips.vendor,
    shipments.owner,
    shipments.owner_type,
    shipments.owner_region_id,
    regions.region_name as owner_region_name,
    regions.region_name_zh as owner_region_name_zh,
    shipments.units_p05,
    shipments.units_p50,
    shipments.units_p95,
    shipments.h100e_8bit_p05,
    shipments.h100e_8bit_p50,
    shipments.h100e_8bit_p95,
    shipments.is_partial_quarter,
    shipments.source_ids,
    shipments.known_on,
    shipments.confidence,
from {{ published('fct_chip_shipments') }} as shipments
inner join {{ published('dim_quarter') }} as quarters
    on shipments.quarter_start = quarters.quarter_start
left join {{ published('dim_chip') }} as chips
    on shipments.chip_id = chips.chip_id
left join {{ published('dim_region') }} as regions
    on shipments.owner_region_id = regions.region_id
