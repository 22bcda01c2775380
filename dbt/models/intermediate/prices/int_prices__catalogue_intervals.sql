-- Prices of the catalogue per accelerator, one row per run of snapshots that show a price unchanged.
-- Whole plans are divided by their accelerators, slices of TPUs by their chips. A label that no
-- pattern reads has no chip, and stays.
with catalogue_prices as (
    select * from {{ ref('stg_skypilot_catalog__catalogue_prices') }}
),

catalogue_accelerators as (
    select * from {{ ref('stg_skypilot_catalog__catalogue_accelerators') }}
),

rental_quotes as (
    select * from {{ ref('stg_rental_quotes__rental_quotes') }}
),

-- each name and plan once: patterns are slow, and names few
labels as (
    select distinct
        chip_as_written,
        coalesce(instance_type, '') as plan,
    from catalogue_prices
),

read_labels as (
    select
        labels.chip_as_written,
        labels.plan,
        catalogue_accelerators.chip_label,
        coalesce(
            catalogue_accelerators.chips_per_plan,
            catalogue_accelerators.chips_per_size
            * try_cast(regexp_extract(
                labels.chip_as_written, catalogue_accelerators.chip_pattern, 1
            ) as double)
        ) as chips,
        catalogue_accelerators.chips_per_size is not null as is_slice,
    from labels
    left join catalogue_accelerators
        on
            regexp_full_match(labels.chip_as_written, catalogue_accelerators.chip_pattern)
            and regexp_full_match(labels.plan, catalogue_accelerators.instance_pattern)
    qualify row_number() over (
        partition by labels.chip_as_written, labels.plan
        order by catalogue_accelerators.priority desc, catalogue_accelerators.chip_label
    ) = 1
),

-- what the quotes know of providers and their regions holds here as well
providers as (
    select
        provider,
        mode(provider_type) as provider_type,
    from rental_quotes
    where provider_type <> 'index'
    group by provider
),

places as (
    select
        provider,
        region,
        min(country_code) as country_code,
    from rental_quotes
    where country_code is not null
    group by provider, region
),

priced as (
    select
        catalogue_prices.*,
        coalesce(read_labels.chip_label, catalogue_prices.chip_as_written) as chip_label,
        coalesce(read_labels.chips, catalogue_prices.chip_count) as chips,
        -- the price of an accelerator to add to a machine
        catalogue_prices.instance_type is null and not read_labels.is_slice
            as is_chip_only,
    from catalogue_prices
    inner join read_labels
        on
            catalogue_prices.chip_as_written = read_labels.chip_as_written
            and coalesce(catalogue_prices.instance_type, '') = read_labels.plan
)

select
    concat_ws(
        '|',
        'skypilot',
        priced.provider,
        coalesce(priced.zone, priced.region, ''),
        coalesce(priced.instance_type, ''),
        priced.chip_as_written,
        priced.chip_count,
        coalesce(priced.generation, ''),
        priced.price_kind,
        priced.valid_from
    ) as interval_id,
    priced.valid_from,
    priced.valid_to,
    priced.last_observed_on,
    priced.provider,
    coalesce(providers.provider_type, 'neocloud') as provider_type,
    places.country_code,
    -- list prices hold for a region, spot prices for a zone
    case
        when priced.price_kind = 'spot' then coalesce(priced.zone, priced.region)
        else priced.region
    end as place,
    coalesce(priced.instance_type, priced.chip_as_written) as instance_type,
    case when priced.chips >= 1 then priced.chips::bigint end as chip_count,
    priced.chip_label,
    priced.price_kind as commitment,
    priced.price_usd_per_hour / priced.chips as price_per_gpu_hour,
    'USD' as currency,
    priced.is_chip_only,
    priced.chips < 1 as is_part_of_chip,
    'SkyPilot catalog' as source_publisher,
    cast(null as varchar) as source_url,
    priced.document_sha256,
    priced.document_row,
    priced.source_id,
    priced.known_on,
    'reported' as confidence,
from priced
left join providers on priced.provider = providers.provider
left join places
    on
        priced.provider = places.provider
        and priced.region = places.region
