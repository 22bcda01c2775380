-- where the chips of owners of each region stand; places that are no region of the map are left out
with stocks as (
    select
        *,
        place_region_id as region_id,
    from {{ published('fct_owner_stock') }}
)

select
    {{ region_columns('stocks') }},
    stocks.owner_country_region as owner_region_id,
    owners.region_name as owner_region_name,
    owners.region_name_zh as owner_region_name_zh,
    stocks.h100e_8bit_p05,
    stocks.h100e_8bit_p50,
    stocks.h100e_8bit_p95,
    stocks.is_nowcast,
    stocks.is_provisional,
from stocks
{{ region_joins('stocks') }}
left join {{ published('dim_region') }} as owners
    on stocks.owner_country_region = owners.region_id
