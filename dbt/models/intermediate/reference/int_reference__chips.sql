-- The list of chips with the specifications of those that have a data sheet.
with chips as (
    select * from {{ ref('stg_chips__chips') }}
),

chip_specs as (
    select * from {{ ref('stg_chip_specs__chip_specs') }}
)

select
    chips.chip_id,
    chips.chip_name,
    chips.vendor,
    chips.vendor_country,
    chips.family,
    chip_specs.released_on,
    chip_specs.market_variant_of,
    chips.is_datacenter,
    -- a composite stands for several chips and has no data sheet of its own
    chips.vendor = 'composite' as is_composite,
    chip_specs.dense_fp16_tflops,
    chip_specs.dense_int8_tops,
    chip_specs.dense_fp8_tflops,
    chip_specs.dense_fp4_tflops,
    chip_specs.tpp as total_processing_performance,
    chip_specs.applicable_die_area_mm2,
    chip_specs.performance_density,
    chip_specs.memory_gb,
    chip_specs.memory_bandwidth_gb_s,
    chip_specs.interconnect_gb_s,
    chip_specs.tdp_w,
    concat_ws(',', chip_specs.source_id, chips.source_id) as source_ids,
    chip_specs.known_on,
    coalesce(chip_specs.confidence, chips.confidence) as confidence,
from chips
left join chip_specs on chips.chip_id = chip_specs.chip_id
