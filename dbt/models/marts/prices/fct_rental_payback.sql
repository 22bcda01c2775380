select
    quarter_start,
    region_id,
    chip_id,
    hardware_usd,
    price_usd,
    net_price_usd,
    hardware_usd / (price_usd * paid_hours_per_month) as payback_months_gross,
    case
        when net_price_usd > 0 then hardware_usd / (net_price_usd * paid_hours_per_month)
    end as payback_months_net,
    is_chained,
    is_thin,
    has_old_chip_price,
    source_ids,
    known_on,
    confidence,
from {{ ref('int_prices__rental_paybacks') }}
