with offers as (
    select * from {{ ref('int_prices__rental_offers') }}
),

-- an offer whose label names no single chip, or whose currency had no known rate, has no price here
usable as (
    select *
    from offers
    where
        chip_id is not null
        and usd_per_gpu_hour is not null
),

monthly as (
    select
        month_start,
        region_id,
        chip_id,
        provider_type,
        commitment,
        count(*) as quotes,
        count(distinct provider) as providers,
        bool_and(is_press_report) as is_press_report,
        quantile_cont(usd_per_gpu_hour, 0.25) as price_p25,
        quantile_cont(usd_per_gpu_hour, 0.50) as price_p50,
        quantile_cont(usd_per_gpu_hour, 0.75) as price_p75,
        string_agg(distinct source_id, ',' order by source_id) as source_ids,
        max(known_on) as known_on,
        -- from the strongest to the weakest grade
        max_by(
            confidence,
            list_position(['reported', 'estimated', 'modelled', 'inferred'], confidence)
        ) as confidence,
    from usable
    group by all
)

select
    month_start,
    region_id,
    chip_id,
    provider_type,
    commitment,
    quotes,
    providers,
    is_press_report,
    {{ significant('price_p25') }} as usd_per_gpu_hour_p25,
    {{ significant('price_p50') }} as usd_per_gpu_hour_p50,
    {{ significant('price_p75') }} as usd_per_gpu_hour_p75,
    source_ids,
    known_on,
    confidence,
from monthly
