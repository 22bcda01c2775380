-- All rents per accelerator-hour in US dollars, each with what was done to get there: quotes of
-- providers, prices of catalogues as intervals, and Chinese rents of the press; with what makes two
-- rows one offer, and what an offer is compared with.
with quoted_rents as (
    select * from {{ ref('int_prices__quoted_rents') }}
),

catalogue_intervals as (
    select * from {{ ref('int_prices__catalogue_intervals') }}
),

press_rents as (
    select * from {{ ref('int_prices__press_rents') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
),

countries as (
    select * from {{ ref('stg_countries__countries') }}
),

fx_months as (
    select * from {{ ref('stg_exchange_rates__fx_months') }}
),

catalogue_rents as (
    select
        interval_id as offer_id,
        valid_from as observed_on,
        last_observed_on,
        provider,
        provider_type,
        cast(null as varchar) as origin,
        country_code,
        place,
        instance_type,
        chip_count,
        chip_label,
        commitment,
        price_per_gpu_hour,
        currency,
        case
            when is_part_of_chip then 'price of a part by its share of the accelerator'
            when chip_count > 1 then 'price of the machine by its accelerators'
            else 'as quoted'
        end as conversion,
        cast(null as varchar) as price_unit,
        cast(null as varchar) as rated_chip_id,
        false as is_press_report,
        is_chip_only,
        is_part_of_chip,
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

offers as (
    select * from quoted_rents
    union all
    select * from catalogue_rents
    union all
    select * from press_rents
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
),

converted as (
    select
        offers.offer_id,
        offers.observed_on,
        offers.last_observed_on,
        date_trunc('month', offers.observed_on)::date as month_start,
        -- one provider under one name, whatever a list calls it
        coalesce(providers.organisation_id, offers.provider) as provider,
        offers.provider as provider_label,
        offers.provider_type,
        coalesce(origins.organisation_id, offers.origin, providers.organisation_id, offers.provider)
            as origin,
        offers.country_code,
        coalesce(countries.region_id, 'WORLD') as region_id,
        offers.place,
        offers.instance_type,
        offers.chip_count,
        chip_ids.chip_id,
        offers.chip_label,
        offers.commitment,
        offers.price_per_gpu_hour,
        offers.currency,
        offers.conversion || case
            when offers.currency = 'USD' then ''
            else ', ' || offers.currency || ' at the mean rate of the month'
        end as conversion,
        case
            when offers.currency = 'USD' then offers.price_per_gpu_hour
            else offers.price_per_gpu_hour / dollar_rates.units_per_usd
        end as usd_per_gpu_hour,
        offers.price_unit,
        offers.rated_chip_id,
        offers.is_press_report,
        coalesce(offers.is_chip_only, false) as is_chip_only,
        offers.is_part_of_chip,
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
    left join organisation_ids as providers on offers.provider = providers.label
    left join organisation_ids as origins on offers.origin = origins.label
)

select
    *,
    concat_ws(
        '|',
        chip_id,
        provider,
        coalesce(country_code, ''),
        coalesce(place, ''),
        coalesce(instance_type, ''),
        coalesce(chip_count::varchar, ''),
        commitment
    ) as offer_key,
    -- spot and the rest apart, lists of hyperscalers apart, China apart from all others
    concat_ws(
        '|',
        chip_id,
        commitment = 'spot',
        provider_type = 'hyperscaler',
        region_id = 'CN'
    ) as peer_group,
    coalesce(
        chip_id is not null
        and usd_per_gpu_hour > 0
        and not is_chip_only
        and not is_part_of_chip,
        false
    ) as is_peer,
from converted
