with chips as (
    select * from {{ ref('int_reference__chips') }}
),

equivalents as (
    select * from {{ ref('int_reference__chip_equivalents') }}
)

select
    chips.chip_id,
    chips.chip_name,
    chips.vendor,
    chips.vendor_country,
    chips.family,
    chips.released_on,
    chips.market_variant_of,
    chips.is_datacenter,
    chips.is_composite,
    chips.dense_fp16_tflops,
    chips.dense_int8_tops,
    chips.dense_fp8_tflops,
    chips.dense_fp4_tflops,
    chips.total_processing_performance,
    chips.applicable_die_area_mm2,
    chips.performance_density,
    chips.memory_gb,
    chips.memory_bandwidth_gb_s,
    chips.interconnect_gb_s,
    chips.tdp_w,
    equivalents.h100e_8bit,
    equivalents.h100e_8bit_published,
    equivalents.h100e_training,
    equivalents.h100e_inference,
    equivalents.equivalence_basis,
    chips.source_ids,
    chips.known_on,
    chips.confidence,
from chips
left join equivalents on chips.chip_id = equivalents.chip_id
