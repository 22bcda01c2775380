with owner_stock as (
    select * from {{ ref('int_supply__owner_stock') }}
),

quarter_coverage as (
    select * from {{ ref('int_supply__quarter_coverage') }}
)

select
    owner_stock.quarter_start,
    owner_stock.owner_country_region,
    owner_stock.place_region_id,
    {{ quantile_columns('owner_stock.h100e_8bit_points', 'h100e_8bit') }},
    {{ quantile_columns('owner_stock.h100e_training_points', 'h100e_training') }},
    {{ quantile_columns('owner_stock.h100e_inference_points', 'h100e_inference') }},
    {{ quantile_columns('owner_stock.share_8bit_points', 'share_8bit') }},
    {{ quantile_columns('owner_stock.share_training_points', 'share_training') }},
    {{ quantile_columns('owner_stock.share_inference_points', 'share_inference') }},
    coalesce(quarter_coverage.is_nowcast, false) as is_nowcast,
    coalesce(quarter_coverage.is_provisional, false) as is_provisional,
from owner_stock
left join quarter_coverage on owner_stock.quarter_start = quarter_coverage.quarter_start
