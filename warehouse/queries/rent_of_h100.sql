-- What did an H100 cost per hour, on demand, by kind of provider?
select
    month_start,
    region_id,
    provider_type,
    providers,
    usd_per_gpu_hour_p25,
    usd_per_gpu_hour_p50,
    usd_per_gpu_hour_p75,
from marts.fct_rental_price
where chip_id = 'nvidia-h100-sxm' and commitment = 'on_demand'
order by month_start, region_id, provider_type;
