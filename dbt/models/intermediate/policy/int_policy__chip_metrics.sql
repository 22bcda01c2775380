-- The two figures that the rules are built on, worked out from a chip's own rates and dies, beside
-- the figures of the spec table. The table's figure decides where it is given; the difference is
-- shown.
with chip_specs as (
    select * from {{ ref('stg_chip_specs__chip_specs') }}
),

-- Total processing performance: the highest product of a dense rate (in tera-operations, a multiply
-- and an add counted as two) and the bit length of the operation. `greatest` passes over formats
-- without a published rate and is null where no rate is published.
processing_performance as (
    select
        *,
        greatest(
            dense_fp64_tflops * 64,
            dense_tf32_tflops * 32,
            dense_fp16_tflops * 16,
            dense_fp8_tflops * 8,
            dense_int8_tops * 8,
            dense_fp4_tflops * 4
        ) as tpp_computed,
    from chip_specs
),

-- Performance density: total processing performance over the area of the logic dies.
density as (
    select
        *,
        tpp_computed / nullif(applicable_die_area_mm2, 0) as performance_density_computed,
    from processing_performance
),

compared as (
    select
        *,
        100 * (tpp_computed - tpp) / nullif(tpp, 0) as tpp_difference_pct,
        100 * (performance_density_computed - performance_density)
        / nullif(performance_density, 0) as performance_density_difference_pct,
    from density
)

select
    chip_id,
    vendor,
    vendor_country,
    is_datacenter,
    applicable_die_area_mm2,
    tpp as tpp_published,
    tpp_computed,
    tpp_difference_pct,
    coalesce(tpp, tpp_computed) as tpp,
    performance_density as performance_density_published,
    performance_density_computed,
    performance_density_difference_pct,
    -- half a percent covers the rounding of rates on data sheets
    greatest(abs(tpp_difference_pct), abs(performance_density_difference_pct)) <= 0.5
        as has_equal_figures,
    coalesce(performance_density, performance_density_computed) as performance_density,
from compared
