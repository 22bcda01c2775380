{{ config(materialized='view') }}
-- Chinese rents of the press, turned into card-hours. A range counts by its middle. A petaflop-year is
-- divided among cards by their dense 16-bit rate. Card-hours under a monthly contract are no on-demand
-- price.
with china_rents as (
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
)

select
    china_rents.row_id as offer_id,
    china_rents.observed_on,
    china_rents.observed_on as last_observed_on,
    -- what a repost or tracker passes on counts as its first publisher's
    coalesce(china_rents.origin, china_rents.source_publisher) as provider,
    rental_price_units.provider_type,
    coalesce(china_rents.origin, china_rents.source_publisher) as origin,
    'CN' as country_code,
    null::varchar as place,
    china_rents.series as instance_type,
    rental_price_units.chips_per_unit as chip_count,
    china_rents.chip_label,
    coalesce(china_rents.commitment, rental_price_units.commitment) as commitment,
    (china_rents.price_low + coalesce(china_rents.price_high, china_rents.price_low)) / 2
    / rental_price_units.hours
    * case
        when rental_price_units.chips_per_unit is not null
            then 1.0 / rental_price_units.chips_per_unit
        -- teraflops to petaflops
        else chip_specs.dense_fp16_tflops / 1000.0
    end as price_per_gpu_hour,
    china_rents.currency,
    china_rents.what || ' by '
    || case
        when rental_price_units.chips_per_unit is null then 'petaflops of the card and '
        when rental_price_units.chips_per_unit > 1
            then rental_price_units.chips_per_unit::varchar || ' cards and '
        else ''
    end
    || rental_price_units.hours::varchar || ' hours' as conversion,
    rental_price_units.what as price_unit,
    case when rental_price_units.chips_per_unit is null then chip_specs.chip_id end
        as rated_chip_id,
    true as is_press_report,
    false as is_chip_only,
    false as is_part_of_chip,
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
left join chip_ids on china_rents.chip_label = chip_ids.label
left join chip_specs on chip_ids.chip_id = chip_specs.chip_id
