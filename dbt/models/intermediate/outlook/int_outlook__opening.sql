-- What is left of the opening stock in the quarters of the outlook, by region and draw.
with opening_stock as (
    select
        region_id,
        chip_id,
        draw,
        {{ exact_sum('units', 6) }} as units,
        max(age_years) as age_years,
    from {{ ref('int_supply__opening_stock') }}
    where draw <= {{ var('outlook_draws') }}
    group by region_id, chip_id, draw
),

-- one age per chip and draw, whatever the region
ages as (
    select
        chip_id,
        draw,
        max(age_years) as age_years,
    from opening_stock
    group by chip_id, draw
),

chip_draws as (
    select * from {{ ref('int_supply__chip_draws') }}
),

lives as (
    select
        draw,
        weibull_scale as scale_years,
        weibull_shape as shape,
    from {{ constant_draws('weibull_scale', 'weibull_shape') }}
),

ends as (
    select
        quarter_start,
        date_diff('quarter', date '{{ var("first_quarter") }}', quarter_start) + 1
            as quarters_since_opening,
    from {{ ref('int_outlook__quarters') }}
),

left_over as (
    select
        ends.quarter_start,
        opening_stock.region_id,
        opening_stock.draw,
        opening_stock.units * exp(
            power(ages.age_years / lives.scale_years, lives.shape)
            - power(
                (ages.age_years + ends.quarters_since_opening / 4) / lives.scale_years, lives.shape
            )
        ) as units,
        chip_draws.h100e_8bit,
        chip_draws.h100e_training,
        chip_draws.h100e_inference,
        chip_draws.it_power_w / 1e6 as it_power_mw,
    from opening_stock
    inner join ages
        on
            opening_stock.chip_id = ages.chip_id
            and opening_stock.draw = ages.draw
    inner join lives on opening_stock.draw = lives.draw
    inner join chip_draws
        on
            opening_stock.chip_id = chip_draws.chip_id
            and opening_stock.draw = chip_draws.draw
    cross join ends
)

select
    quarter_start,
    region_id,
    draw,
    {{ exact_sum('units * h100e_8bit') }} as h100e_8bit,
    {{ exact_sum('units * h100e_training') }} as h100e_training,
    {{ exact_sum('units * h100e_inference') }} as h100e_inference,
    {{ exact_sum('units * it_power_mw', 6) }} as it_power_mw,
from left_over
group by quarter_start, region_id, draw
