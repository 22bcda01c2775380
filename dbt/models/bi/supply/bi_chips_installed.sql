select
    {{ region_columns('stocks') }},
    stocks.chip_id,
    coalesce(chips.chip_name, stocks.chip_id) as chip_name,
    chips.vendor,
    stocks.owner_type,
    stocks.origin,
    stocks.units_closing,
    stocks.units_added,
    stocks.units_retired,
    stocks.h100e_8bit_p05,
    stocks.h100e_8bit_p50,
    stocks.h100e_8bit_p95,
    stocks.is_nowcast,
    stocks.is_provisional,
from {{ published('fct_installed_base') }} as stocks
{{ region_joins('stocks') }}
left join {{ published('dim_chip') }} as chips
    on stocks.chip_id = chips.chip_id
