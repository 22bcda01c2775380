-- What is left at the end of a quarter of the opening stock of a chip, on every draw. It was at
-- work already, so no deployment lag applies; its age decides how fast it goes.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

opening_stock as (
    select * from {{ ref('int_supply__opening_stock') }}
),

lives as (
    select
        draw,
        weibull_scale as scale_years,
        weibull_shape as shape,
    from {{ constant_draws('weibull_scale', 'weibull_shape') }}
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

ends as (
    select
        quarter_start,
        row_number() over (order by quarter_start) as quarters_since_opening,
    from quarters
)

select
    ends.quarter_start,
    ages.chip_id,
    ages.draw,
    exp(
        power(ages.age_years / lives.scale_years, lives.shape)
        - power(
            (ages.age_years + ends.quarters_since_opening / 4) / lives.scale_years, lives.shape
        )
    ) as surviving_share,
    exp(
        power(ages.age_years / lives.scale_years, lives.shape)
        - power(
            (ages.age_years + (ends.quarters_since_opening - 1) / 4) / lives.scale_years,
            lives.shape
        )
    ) as surviving_share_before,
from ages
inner join lives on ages.draw = lives.draw
cross join ends
