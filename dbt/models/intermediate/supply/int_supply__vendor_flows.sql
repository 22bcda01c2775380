-- Deliveries of a quarter by region, maker, owner, origin and piece, measured by every yardstick, on
-- every draw.
with arrivals as (
    select * from {{ ref('int_supply__arrivals') }}
),

chip_draws as (
    select * from {{ ref('int_supply__chip_draws') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

measured as (
    select
        arrivals.quarter_start,
        arrivals.region_id,
        chips.vendor,
        arrivals.owner,
        arrivals.origin,
        arrivals.piece,
        arrivals.draw,
        arrivals.units,
        arrivals.units * chip_draws.h100e_8bit as h100e_8bit,
        arrivals.units * chip_draws.h100e_training as h100e_training,
        arrivals.units * chip_draws.h100e_inference as h100e_inference,
        chip_draws.is_training_grade,
        arrivals.units * chip_draws.it_power_w / 1e6 as it_power_mw,
    from arrivals
    inner join chips on arrivals.chip_id = chips.chip_id
    inner join chip_draws
        on
            arrivals.chip_id = chip_draws.chip_id
            and arrivals.draw = chip_draws.draw
)

select
    quarter_start,
    region_id,
    vendor,
    owner,
    origin,
    piece,
    draw,
    {{ exact_sum('units') }} as units,
    {{ exact_sum('h100e_8bit') }} as h100e_8bit,
    {{ exact_sum('h100e_training') }} as h100e_training,
    {{ exact_sum('case when is_training_grade then h100e_training end') }}
        as h100e_training_grade,
    {{ exact_sum('h100e_inference') }} as h100e_inference,
    {{ exact_sum('case when is_training_grade then h100e_inference end') }}
        as h100e_inference_grade,
    {{ exact_sum('it_power_mw', 6) }} as it_power_mw,
from measured
group by quarter_start, region_id, vendor, owner, origin, piece, draw
