-- A chip's metrics under the names that the rules use, one row each: numbers and flags (0 and 1) as
-- numbers, names and days as text (days in ISO form, so that text order is time order).
{%- set numbers = [
    'process_nm', 'dense_fp64_tflops', 'dense_tf32_tflops', 'dense_fp16_tflops', 'dense_fp8_tflops',
    'dense_int8_tops', 'dense_fp4_tflops', 'applicable_die_area_mm2', 'memory_gb',
    'memory_bandwidth_gb_s', 'interconnect_gb_s', 'tdp_w',
] %}
{%- set texts = [
    'vendor', 'vendor_country', 'architecture', 'foundry', 'released_on', 'market_variant_of',
    'memory_type',
] %}
with chip_specs as (
    select * from {{ ref('stg_chip_specs__chip_specs') }}
),

chip_metrics as (
    select * from {{ ref('int_policy__chip_metrics') }}
),

-- Memory on the chip itself is no DRAM, so its rate does not count where the rules say DRAM.
derived_numbers as (
    select
        chip_id,
        case when chip_specs.is_datacenter then 1 when not chip_specs.is_datacenter then 0 end
            as is_datacenter,
        case when chip_specs.market_variant_of is null then 0 else 1 end as is_market_variant,
        case
            when chip_specs.memory_type = 'SRAM' then 0
            else chip_specs.memory_bandwidth_gb_s
        end as total_dram_bandwidth_gb_s,
        chip_metrics.tpp,
        chip_metrics.performance_density,
    from chip_specs
    inner join chip_metrics using (chip_id)
),

metric_values as (
    {%- for metric in numbers %}
    select chip_id, '{{ metric }}' as metric, cast({{ metric }} as double) as value_number,
        cast(null as varchar) as value_text
    from chip_specs
    union all
    {%- endfor %}
    {%- for metric in texts %}
    select chip_id, '{{ metric }}', null, cast({{ metric }} as varchar)
    from chip_specs
    union all
    {%- endfor %}
    {%- for metric in [
        'is_datacenter', 'is_market_variant', 'total_dram_bandwidth_gb_s', 'tpp',
        'performance_density',
    ] %}
    select chip_id, '{{ metric }}', cast({{ metric }} as double), null
    from derived_numbers
    union all
    {%- endfor %}
    select chip_id, 'name', null, chip_name
    from chip_specs
    union all
    select chip_id, 'tops_x_bitlength', cast(tpp as double), null
    from derived_numbers
    union all
    select chip_id, 'any_chip', cast(1 as double), null
    from chip_specs
)

select
    chip_id,
    metric,
    value_number,
    value_text,
from metric_values
