select
    {{ region_columns('premiums') }},
    premiums.chip_id,
    coalesce(chips.chip_name, premiums.chip_id) as chip_name,
    premiums.price_usd,
    costs.usd_per_gpu_hour_p05 as cost_usd_p05,
    premiums.cost_usd_p50,
    costs.usd_per_gpu_hour_p95 as cost_usd_p95,
    premiums.premium_p05,
    premiums.premium_p50,
    premiums.premium_p95,
    premiums.providers,
    premiums.is_thin,
    premiums.source_ids,
    premiums.known_on,
    premiums.confidence,
from {{ published('fct_scarcity_premium') }} as premiums
{{ region_joins('premiums') }}
left join {{ published('fct_gpu_hour_cost') }} as costs
    on
        premiums.quarter_start = costs.quarter_start
        and premiums.region_id = costs.region_id
        and premiums.chip_id = costs.chip_id
left join {{ published('dim_chip') }} as chips
    on premiums.chip_id = chips.chip_id
