{{ config(materialized='view') }}
-- What an H100 equivalent costs in a quarter by any chip, spot and the rest apart: each provider and
-- chip once. Few providers make no price.
with offers as (
    select * from {{ ref('int_prices__rental_offers') }}
),

chip_equivalents as (
    select * from {{ ref('int_reference__chip_equivalents') }}
),

provider_prices as (
    select
        offers.commitment = 'spot' as is_spot,
        date_trunc('quarter', offers.observed_on)::date as quarter_start,
        offers.provider,
        offers.chip_id,
        median(offers.usd_per_gpu_hour / chip_equivalents.h100e_training) as usd_per_h100e_hour,
    from offers
    inner join chip_equivalents on offers.chip_id = chip_equivalents.chip_id
    where
        offers.usd_per_gpu_hour > 0
        and not offers.is_chip_only
        and not offers.is_part_of_chip
        and chip_equivalents.h100e_training > 0
    group by all
)

select
    is_spot,
    quarter_start,
    median(usd_per_h100e_hour) as usd_per_h100e_hour,
from provider_prices
group by all
having count(*) >= (select min_providers from {{ constant_points('min_providers') }})
