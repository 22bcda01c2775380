-- All rents per accelerator-hour in US dollars: quotes of providers, and Chinese rents of the press
-- turned into card-hours. Index providers publish averages of others and are left out.
with rental_quotes as (
    select * from {{ ref('stg_rental_quotes__rental_quotes') }}
),

china_rents as (
    select * from {{ ref('stg_china_prices__china_rental_and_hardware_prices') }}
),

rental_price_units as (
    select * from {{ ref('stg_vocabulary__rental_price_units') }}
),

chip_specs as (
    select * from {{ ref('stg_chip_specs__chip_specs') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

countries as (
    select * from {{ ref('stg_countries__countries') }}
),

fx_rates as (
    select * from {{ ref('stg_exchange_rates__fx_rates') }}
),

quotes as (
    select
        quote_id as offer_id,
        observed_on,
        provider,
        provider_type,
        country_code,
        chip_id as chip_label,
        commitment,
        price_per_gpu_hour as price_per_hour,
        currency,
        false as is_press_report,
        source_id,
        known_on,
        confidence,
    from rental_quotes
    where provider_type <> 'index'
),

-- A range counts by its middle. A petaflop-year is divided among cards by their dense 16-bit rate.
press as (
    select
        china_rents.row_id as offer_id,
        china_rents.observed_on,
        china_rents.source_publisher as provider,
        rental_price_units.provider_type,
        'CN' as country_code,
        china_rents.chip_id as chip_label,
        rental_price_units.commitment,
        (china_rents.price_low + coalesce(china_rents.price_high, china_rents.price_low)) / 2
        / rental_price_units.hours
        * case
            when rental_price_units.accelerators is not null
                then 1.0 / rental_price_units.accelerators
            -- teraflops to petaflops
            else chip_specs.dense_fp16_tflops / 1000.0
        end as price_per_hour,
        china_rents.currency,
        true as is_press_report,
        china_rents.source_id,
        china_rents.known_on,
        china_rents.confidence,
    from china_rents
    inner join rental_price_units on china_rents.what = rental_price_units.what
    left join chip_ids on china_rents.chip_id = chip_ids.label
    left join chip_specs on chip_ids.chip_id = chip_specs.chip_id
),

offers as (
    select * from quotes
    union all
    select * from press
),

-- The mean rate of the quarter, or of the last one before it that was known. Rates are units of
-- the quote currency per US dollar.
dollar_rates as (
    select
        offers.offer_id,
        case when offers.currency = 'USD' then 1.0 else fx_rates.rate end as units_per_usd,
        fx_rates.known_on as rate_known_on,
    from offers
    left join fx_rates
        on
            offers.currency = fx_rates.quote
            and fx_rates.base = 'USD'
            and fx_rates.period_start <= offers.observed_on
    qualify row_number() over (
        partition by offers.offer_id
        order by fx_rates.period_start desc
    ) = 1
)

select
    offers.offer_id,
    offers.observed_on,
    date_trunc('month', offers.observed_on)::date as month_start,
    offers.provider,
    offers.provider_type,
    offers.country_code,
    coalesce(countries.region_id, 'WORLD') as region_id,
    chip_ids.chip_id,
    offers.chip_label,
    offers.commitment,
    offers.price_per_hour,
    offers.currency,
    offers.price_per_hour / dollar_rates.units_per_usd as usd_per_gpu_hour,
    offers.is_press_report,
    offers.source_id,
    greatest(offers.known_on, dollar_rates.rate_known_on) as known_on,
    offers.confidence,
from offers
inner join dollar_rates on offers.offer_id = dollar_rates.offer_id
left join chip_ids on offers.chip_label = chip_ids.label
left join countries on offers.country_code = countries.country_code
