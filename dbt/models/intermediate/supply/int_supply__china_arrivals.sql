-- Chips for China that no shipment count tracks, on every draw: other imported cards, licensed
-- deliveries, domestic production. Quarters of a judged year add up to it; those of domestic output
-- have a noise by chip that leaves the year as it is.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

yearly_totals as (
    select * from {{ ref('int_supply__yearly_totals') }}
),

imports as (
    select
        quarters.quarter_start,
        yearly_totals.chip_id,
        'foreign' as origin,
        'other_cards' as piece,
        yearly_totals.draw,
        yearly_totals.units,
    from quarters
    inner join yearly_totals on quarters.quarter_start = yearly_totals.quarter_start
    where yearly_totals.parameter = 'cn_other_cards'

    union all

    select
        quarters.quarter_start,
        judged.chip_id,
        'foreign' as origin,
        'licensed' as piece,
        judged.draw,
        judged.value as units,
    from quarters
    inner join {{ assumption_draws('cn_licensed_units') }} as judged
        on
            judged.valid_from <= quarters.quarter_start
            and coalesce(judged.valid_to > quarters.quarter_start, true)
),

noise_widths as (
    select
        draw,
        greatest(quarter_noise, 0) as log_sd,
    from {{ constant_draws('quarter_noise') }}
),

-- all four quarters of a year, so that the noise leaves its total even while the year is open
noise_uniforms as (
    select
        yearly_totals.chip_id,
        yearly_totals.year_start,
        yearly_totals.quarter_start,
        yearly_totals.draw,
        yearly_totals.year_units,
        yearly_totals.units / yearly_totals.year_units as share,
        {{ uniform_deviate(
            'build.seed',
            "'domestic:' || yearly_totals.chip_id || '|' || yearly_totals.quarter_start",
            'yearly_totals.draw'
        ) }} as u,
    from yearly_totals
    cross join build
    where yearly_totals.parameter = 'domestic_units'
),

noisy as (
    select
        noise_uniforms.*,
        noise_uniforms.share * case
            when noise_uniforms.draw = 0 then 1
            else exp(noise_widths.log_sd * ({{ probit('noise_uniforms.u') }}))
        end as weight,
    from noise_uniforms
    inner join noise_widths on noise_uniforms.draw = noise_widths.draw
),

weight_sums as (
    select
        chip_id,
        year_start,
        draw,
        {{ exact_sum('weight', 12) }} as weight,
    from noisy
    group by chip_id, year_start, draw
),

domestic as (
    select
        quarters.quarter_start,
        noisy.chip_id,
        'domestic' as origin,
        'domestic' as piece,
        noisy.draw,
        noisy.year_units * noisy.weight / weight_sums.weight as units,
    from noisy
    inner join weight_sums
        on
            noisy.chip_id = weight_sums.chip_id
            and noisy.year_start = weight_sums.year_start
            and noisy.draw = weight_sums.draw
    inner join quarters on noisy.quarter_start = quarters.quarter_start
)

select * from imports
union all
select * from domestic
