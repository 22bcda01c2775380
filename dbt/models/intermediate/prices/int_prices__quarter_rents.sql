-- The rent that the market asks in a quarter: one value per provider, the median over providers.
-- Neoclouds and marketplaces on demand; in China, where most rents are monthly contracts of server
-- owners, those. WORLD takes all offers outside China, whether they state a place or not.
-- Lists of hyperscalers stand beside it and are not mixed in.
with offers as (
    select * from {{ ref('int_prices__checked_offers') }}
),

usable as (
    select
        (date_trunc('quarter', observed_on))::date as quarter_start,
        chip_id,
        region_id,
        provider,
        provider_type = 'hyperscaler' as is_hyperscaler,
        usd_per_gpu_hour,
        known_on,
        source_id,
    from offers
    where
        exclusion_reason is null
        and (
            commitment = 'on_demand'
            or (region_id = 'CN' and commitment = 'reserved_1m')
        )
),

by_region as (
    select * from usable
    where region_id <> 'WORLD'
    union all
    select * replace ('WORLD' as region_id) from usable
    where region_id <> 'CN'
),

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
