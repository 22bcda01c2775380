-- H100 equivalents of every chip by three yardsticks. A judged or measured ratio of the assumptions
-- registry comes first, else the ratio of peak rates to the chip that gives the yardstick its name.
with chip_specs as (
    select * from {{ ref('stg_chip_specs__chip_specs') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

chips as (
    select * from {{ ref('stg_chips__chips') }}
),

equivalence_bases as (
    select * from {{ ref('stg_vocabulary__equivalence_bases') }}
),

crosswalk as (
    select * from {{ ref('stg_epoch_chip_counts__chip_label_crosswalk') }}
),

-- peak rates: 8-bit where the chip has such a mode, else 16-bit
rates as (
    select
        chip_id,
        dense_fp16_tflops as training_rate,
        coalesce(greatest(dense_fp8_tflops, dense_int8_tops), dense_fp16_tflops) as rate_8bit,
        greatest(dense_fp8_tflops, dense_int8_tops) is not null as has_8bit_mode,
        memory_bandwidth_gb_s,
    from chip_specs
),

yardstick as (
    select * from rates where chip_id = '{{ var("yardstick_chip") }}'
),

prefill as (
    select prefill_time_share as prefill_share
    from {{ constant_points('prefill_time_share') }}
),

-- serving is bound by compute for the prefill share of the time, by memory bandwidth for the rest:
-- the harmonic mix of the two ratios
peak_ratios as (
    select
        rates.chip_id,
        rates.rate_8bit / yardstick.rate_8bit as h100e_8bit,
        rates.training_rate / yardstick.training_rate as training_peak,
        1.0 / (
            prefill.prefill_share / nullif(
                case
                    when rates.has_8bit_mode then rates.rate_8bit / yardstick.rate_8bit
                    else rates.training_rate / yardstick.training_rate
                end,
                0
            )
            + (1 - prefill.prefill_share)
            / nullif(rates.memory_bandwidth_gb_s / yardstick.memory_bandwidth_gb_s, 0)
        ) as inference_peak,
    from rates
    cross join yardstick
    cross join prefill
),

registry as (
    select
        chip_id,
        max(value_central) filter (parameter = 'h100e_training') as training_central,
        max(value_central) filter (parameter = 'h100e_inference') as inference_central,
    from {{ assumption_points('h100e_training', 'h100e_inference') }}
    group by all
),

published as (
    select
        chip_ids.chip_id,
        avg(crosswalk.h100e_per_unit order by crosswalk.h100e_per_unit) as h100e_8bit_published,
    from crosswalk
    inner join chip_ids on crosswalk.chip_label = chip_ids.label
    group by all
)

select
    chips.chip_id,
    peak_ratios.h100e_8bit,
    published.h100e_8bit_published,
    coalesce(registry.training_central, peak_ratios.training_peak) as h100e_training,
    coalesce(registry.inference_central, peak_ratios.inference_peak) as h100e_inference,
    case
        when registry.training_central is not null
            then coalesce(equivalence_bases.equivalence_basis, 'judged')
        when peak_ratios.training_peak is not null then 'peak'
    end as equivalence_basis,
from chips
left join peak_ratios on chips.chip_id = peak_ratios.chip_id
left join registry on chips.chip_id = registry.chip_id
left join equivalence_bases on chips.chip_id = equivalence_bases.chip_id
left join published on chips.chip_id = published.chip_id
