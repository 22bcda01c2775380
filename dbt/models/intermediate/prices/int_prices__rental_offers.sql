-- All rents per accelerator-hour in US dollars, each with what was done to get there: quotes of
-- providers, prices of catalogues as intervals, and Chinese rents of the press turned into
-- card-hours. Index providers publish averages of others and are left out.
with rental_quotes as (
    select * from {{ ref('stg_rental_quotes__rental_quotes') }}
),

fed_rents as (
    select * from {{ ref('int_prices__fed_rents') }}
),

catalogue_intervals as (
    select * from {{ ref('int_prices__catalogue_intervals') }}
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

fx_months as (
    select * from {{ ref('stg_exchange_rates__fx_months') }}
),

quotes as (
    select
        quote_id as offer_id,
        observed_on,
        observed_on as last_observed_on,
        provider,
        provider_type,
        country_code,
        region as place,
        instance_type,
        gpus,
        chip_id as chip_label,
        commitment,
        price_per_gpu_hour as price_per_hour,
        currency,
        case
            when billing_unit = 'month_of_730_hours'
                then 'monthly price by 730 hours and by accelerators'
            when billing_unit = 'slice_hour' then 'price of a slice by its accelerators'
            when gpus > 1 then 'price of the machine by its accelerators'
            else 'as quoted'
        end as conversion,
        cast(null as varchar) as price_unit,
        cast(null as varchar) as rated_chip_id,
        false as is_press_report,
        -- an accelerator without the machine around it is no rent of an accelerator
        coalesce(not includes_host, false) as is_accelerator_only,
        false as is_part_of_accelerator,
        false as is_part_of_series,
        source_publisher,
        source_url,
        document_sha256,
        document_row,
        source_id,
        known_on,
        confidence,
    from rental_quotes
    where provider_type <> 'index'
),

fed as (
    select
        offer_id,
        observed_on,
        last_observed_on,
        provider,
        provider_type,
        country_code,
        region as place,
        instance_type,
        gpus,
        chip_id as chip_label,
        commitment,
        price_per_gpu_hour as price_per_hour,
        currency,
        case
            when is_machine_price and gpus > 1 then 'price of the machine by its accelerators'
            else 'as quoted'
        end as conversion,
        cast(null as varchar) as price_unit,
        cast(null as varchar) as rated_chip_id,
        false as is_press_report,
        false as is_accelerator_only,
        false as is_part_of_accelerator,
        false as is_part_of_series,
        source_publisher,
        source_url,
        document_sha256,
        document_row,
        source_id,
        known_on,
        confidence,
    from fed_rents
    where provider_type <> 'index'
),

catalogue as (
    select
        interval_id as offer_id,
        valid_from as observed_on,
        last_observed_on,
        provider,
        provider_type,
        country_code,
        place,
        instance_type,
        gpus,
        chip_label,
        commitment,
        price_per_gpu_hour as price_per_hour,
        currency,
        case
            when is_part_of_accelerator then 'price of a part by its share of the accelerator'
            when gpus > 1 then 'price of the machine by its accelerators'
            else 'as quoted'
        end as conversion,
        cast(null as varchar) as price_unit,
        cast(null as varchar) as rated_chip_id,
        false as is_press_report,
        is_accelerator_only,
        is_part_of_accelerator,
        false as is_part_of_series,
        source_publisher,
        source_url,
        document_sha256,
        document_row,
        source_id,
        known_on,
        confidence,
    from catalogue_intervals
),

-- A range counts by its middle. A petaflop-year is divided among cards by their dense 16-bit rate.
-- Card-hours under a monthly contract are no on-demand price.
press as (
    select
        china_rents.row_id as offer_id,
        china_rents.observed_on,
        china_rents.observed_on as last_observed_on,
        china_rents.source_publisher as provider,
        rental_price_units.provider_type,
        'CN' as country_code,
        null::varchar as place,
        china_rents.series as instance_type,
        rental_price_units.accelerators as gpus,
        china_rents.chip_id as chip_label,
        coalesce(china_rents.commitment, rental_price_units.commitment) as commitment,
        (china_rents.price_low + coalesce(china_rents.price_high, china_rents.price_low)) / 2
        / rental_price_units.hours
        * case
            when rental_price_units.accelerators is not null
                then 1.0 / rental_price_units.accelerators
            -- teraflops to petaflops
            else chip_specs.dense_fp16_tflops / 1000.0
        end as price_per_hour,
        china_rents.currency,
        china_rents.what || ' by '
        || case
            when rental_price_units.accelerators is null then 'petaflops of the card and '
            when rental_price_units.accelerators > 1
                then rental_price_units.accelerators::varchar || ' cards and '
            else ''
        end
        || rental_price_units.hours::varchar || ' hours' as conversion,
        rental_price_units.what as price_unit,
        case when rental_price_units.accelerators is null then chip_specs.chip_id end
            as rated_chip_id,
        true as is_press_report,
        false as is_accelerator_only,
        false as is_part_of_accelerator,
        china_rents.is_part_of_series,
        china_rents.source_publisher,
        china_rents.source_url,
        china_rents.document_sha256,
        china_rents.document_row,
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
    select * from fed
    union all
    select * from catalogue
    union all
    select * from press
),

-- The mean rate of the month, or of the last one before it that was known. Rates are units of
-- the quote currency per US dollar.
dollar_rates as (
    select
        offers.offer_id,
        fx_months.rate as units_per_usd,
        fx_months.known_on as rate_known_on,
        fx_months.document_sha256 as rate_document_sha256,
        fx_months.document_row as rate_document_row,
    from offers
    inner join fx_months
        on
            offers.currency = fx_months.quote
            and fx_months.base = 'USD'
            and fx_months.period_start <= offers.observed_on
    where offers.currency <> 'USD'
    qualify row_number() over (
        partition by offers.offer_id
        order by fx_months.period_start desc
    ) = 1
)

select
    offers.offer_id,
    offers.observed_on,
    offers.last_observed_on,
    date_trunc('month', offers.observed_on)::date as month_start,
    offers.provider,
    offers.provider_type,
    offers.country_code,
    coalesce(countries.region_id, 'WORLD') as region_id,
    offers.place,
    offers.instance_type,
    offers.gpus,
    chip_ids.chip_id,
    offers.chip_label,
    offers.commitment,
    offers.price_per_hour,
    offers.currency,
    offers.conversion || case
        when offers.currency = 'USD' then ''
        else ', ' || offers.currency || ' at the mean rate of the month'
    end as conversion,
    case
        when offers.currency = 'USD' then offers.price_per_hour
        else offers.price_per_hour / dollar_rates.units_per_usd
    end as usd_per_gpu_hour,
    offers.price_unit,
    offers.rated_chip_id,
    offers.is_press_report,
    coalesce(offers.is_accelerator_only, false) as is_accelerator_only,
    offers.is_part_of_accelerator,
    coalesce(offers.is_part_of_series, false) as is_part_of_series,
    offers.source_publisher,
    offers.source_url,
    offers.document_sha256,
    offers.document_row,
    dollar_rates.rate_document_sha256,
    dollar_rates.rate_document_row,
    offers.source_id,
    greatest(offers.known_on, dollar_rates.rate_known_on) as known_on,
    offers.confidence,
from offers
left join dollar_rates on offers.offer_id = dollar_rates.offer_id
left join chip_ids on offers.chip_label = chip_ids.label
left join countries on offers.country_code = countries.country_code
