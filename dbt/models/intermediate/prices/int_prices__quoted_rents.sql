{{ config(materialized='view') }}
-- Rents that providers quote, and those of every source that feeds rents, per accelerator-hour.
-- Index providers publish averages of others and are left out.
with rental_quotes as (
    select * from {{ ref('stg_rental_quotes__rental_quotes') }}
),

fed_rents as (
    select * from {{ ref('int_prices__fed_rents') }}
)

select
    quote_id as offer_id,
    observed_on,
    observed_on as last_observed_on,
    provider,
    provider_type,
    cast(null as varchar) as origin,
    country_code,
    region as place,
    instance_type,
    chip_count,
    chip_label,
    commitment,
    price_per_gpu_hour,
    currency,
    case
        when billing_unit = 'month_of_730_hours'
            then 'monthly price by 730 hours and by accelerators'
        when billing_unit = 'slice_hour' then 'price of a slice by its accelerators'
        when chip_count > 1 then 'price of the machine by its accelerators'
        else 'as quoted'
    end as conversion,
    cast(null as varchar) as price_unit,
    cast(null as varchar) as rated_chip_id,
    false as is_press_report,
    -- an accelerator without the machine around it is no rent of an accelerator
    coalesce(not includes_host, false) as is_chip_only,
    false as is_part_of_chip,
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

union all

select
    offer_id,
    observed_on,
    last_observed_on,
    provider,
    provider_type,
    origin,
    country_code,
    region as place,
    instance_type,
    chip_count,
    chip_id as chip_label,
    commitment,
    price_per_gpu_hour,
    currency,
    case
        when is_machine_price and chip_count > 1 then 'price of the machine by its accelerators'
        else 'as quoted'
    end as conversion,
    cast(null as varchar) as price_unit,
    cast(null as varchar) as rated_chip_id,
    false as is_press_report,
    false as is_chip_only,
    false as is_part_of_chip,
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
