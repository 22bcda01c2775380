-- What one chip counts for, on every draw: H100 equivalents by the two yardsticks of work, and IT
-- power. The assumptions registry comes first; a chip without a row of its own takes the ratio of
-- peak rates (training) or the mix of compute and bandwidth with the draw's prefill share
-- (inference). A chip whose power nobody states is taken to need as much for its training work as
-- the yardstick.
with equivalents as (
    select * from {{ ref('int_reference__chip_equivalents') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

inference_only_chips as (
    select * from {{ ref('stg_assumptions__inference_only_chips') }}
),

chip_values as (
    select
        chip_id,
        draw,
        max(value) filter (where parameter = 'h100e_training') as h100e_training,
        max(value) filter (where parameter = 'h100e_inference') as h100e_inference,
        max(value) filter (where parameter = 'it_power_per_chip') as it_power_w,
    from {{ assumption_draws('h100e_training', 'h100e_inference', 'it_power_per_chip') }}
    group by chip_id, draw
),

shared_values as (
    select
        draw,
        prefill_time_share as prefill_share,
        it_power_tdp_multiple as tdp_multiple,
    from {{ constant_draws('prefill_time_share', 'it_power_tdp_multiple') }}
),

yardstick as (
    select * from chips where chip_id = '{{ var("yardstick_chip") }}'
),

yardstick_values as (
    select * from chip_values where chip_id = '{{ var("yardstick_chip") }}'
),

-- peak rates against the yardstick: 16-bit, best 8-bit (16-bit where the chip has no 8-bit mode),
-- memory
peaks as (
    select
        chips.chip_id,
        chips.tdp_w,
        chips.dense_fp16_tflops / yardstick.dense_fp16_tflops as training_ratio,
        coalesce(
            greatest(chips.dense_fp8_tflops, chips.dense_int8_tops)
            / greatest(yardstick.dense_fp8_tflops, yardstick.dense_int8_tops),
            chips.dense_fp16_tflops / yardstick.dense_fp16_tflops
        ) as compute_ratio,
        chips.memory_bandwidth_gb_s / yardstick.memory_bandwidth_gb_s as bandwidth_ratio,
    from chips
    cross join yardstick
),

ratios as (
    select
        peaks.chip_id,
        shared_values.draw,
        coalesce(chip_values.h100e_training, peaks.training_ratio) as h100e_training,
        coalesce(
            chip_values.h100e_inference,
            1 / (
                shared_values.prefill_share / nullif(peaks.compute_ratio, 0)
                + (1 - shared_values.prefill_share) / nullif(peaks.bandwidth_ratio, 0)
            )
        ) as h100e_inference,
        coalesce(chip_values.it_power_w, peaks.tdp_w * shared_values.tdp_multiple)
            as stated_it_power_w,
    from peaks
    cross join shared_values
    left join chip_values
        on
            peaks.chip_id = chip_values.chip_id
            and shared_values.draw = chip_values.draw
)

select
    ratios.chip_id,
    ratios.draw,
    inference_only_chips.chip_id is null as is_training_grade,
    -- composites have no data sheet: their training ratio stands in
    coalesce(
        equivalents.h100e_8bit_published, equivalents.h100e_8bit, equivalents.h100e_training
    ) as h100e_8bit,
    ratios.h100e_training,
    ratios.h100e_inference,
    coalesce(
        ratios.stated_it_power_w,
        ratios.h100e_training * yardstick_values.it_power_w / yardstick_values.h100e_training
    ) as it_power_w,
    ratios.stated_it_power_w is not null as is_power_stated,
from ratios
inner join yardstick_values on ratios.draw = yardstick_values.draw
left join equivalents on ratios.chip_id = equivalents.chip_id
left join inference_only_chips on ratios.chip_id = inference_only_chips.chip_id
