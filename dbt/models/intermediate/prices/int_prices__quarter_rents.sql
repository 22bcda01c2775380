-- The rent that the market asks in a quarter: one value per provider, the median over providers.
-- Lists of hyperscalers stand beside it and are not mixed in.
with offers as (
    select * from {{ ref('int_prices__checked_offers') }}
),

{{ quarter_offers('offers', 'by_region') }},

provider_rents as (
    select
        quarter_start,
        chip_id,
        region_id,
        provider,
        is_hyperscaler,
        median(usd_per_gpu_hour) as usd_per_gpu_hour,
        max(known_on) as known_on,
        string_agg(distinct source_id, ',' order by source_id) as source_ids,
    from by_region
    group by quarter_start, chip_id, region_id, provider, is_hyperscaler
)

select
    quarter_start,
    chip_id,
    region_id,
    count(*) filter (where not is_hyperscaler) as providers,
    median(usd_per_gpu_hour) filter (where not is_hyperscaler) as usd_per_gpu_hour,
    median(usd_per_gpu_hour) filter (where is_hyperscaler) as hyperscaler_usd_per_gpu_hour,
    max(known_on) as known_on,
    {{ joined_ids('source_ids') }} as source_ids,
from provider_rents
group by quarter_start, chip_id, region_id
