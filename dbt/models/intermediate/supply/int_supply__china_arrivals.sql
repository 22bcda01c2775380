-- Chips for China that no shipment count tracks, on every draw: other imported cards, licensed
-- deliveries, domestic production. Yearly figures are cut into quarters; the shares of domestic
-- output are normalised, with a noise by chip and quarter that leaves the year as it is.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

assumption_draws as (
    select * from {{ ref('int_inputs__assumption_draws') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

imports as (
    select
        quarters.quarter_start,
        assumptions.chip_id,
        'foreign' as origin,
        case assumptions.parameter
            when 'cn_other_cards' then 'other_cards'
            else 'licensed'
        end as piece,
        assumption_draws.draw,
        assumption_draws.value
        / case when assumptions.unit = 'units_per_year' then 4 else 1 end as units,
    from quarters
    inner join assumptions
        on
            assumptions.parameter in ('cn_other_cards', 'cn_licensed_units')
            and assumptions.valid_from <= quarters.quarter_start
            and coalesce(assumptions.valid_to > quarters.quarter_start, true)
    inner join assumption_draws on assumptions.assumption_id = assumption_draws.assumption_id
),

noise_widths as (
    select
        assumption_draws.draw,
        greatest(assumption_draws.value, 0) as log_sd,
    from assumptions
    inner join assumption_draws on assumptions.assumption_id = assumption_draws.assumption_id
    where assumptions.parameter = 'quarter_noise'
),

quarter_shares as (
    select
        assumptions.quarter_of_year,
        assumption_draws.draw,
        assumption_draws.value as share,
    from assumptions
    inner join assumption_draws on assumptions.assumption_id = assumption_draws.assumption_id
    where assumptions.parameter = 'quarter_share'
),

yearly as (
    select
        assumptions.chip_id,
        assumptions.origin,
        years.year_start,
        assumptions.assumption_id,
    from assumptions
    inner join (
        select date_trunc('year', quarter_start)::date as year_start
        from quarters
        group by all
    ) as years
        on
            assumptions.valid_from <= years.year_start
            and coalesce(assumptions.valid_to > years.year_start, true)
    where assumptions.parameter = 'domestic_units'
),

-- all four quarters of a year, so that shares add up even while the year is open
noise_uniforms as (
    select
        yearly.chip_id,
        yearly.year_start,
        yearly.assumption_id,
        quarter_shares.quarter_of_year,
        quarter_shares.draw,
        quarter_shares.share,
        {{ uniform_deviate(
            'build.seed',
            "'domestic:' || yearly.chip_id || '|' || yearly.year_start"
            ~ " || '|' || quarter_shares.quarter_of_year",
            'quarter_shares.draw'
        ) }} as u,
    from yearly
    cross join quarter_shares
    cross join build
),

noisy_shares as (
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
    from noisy_shares
    group by chip_id, year_start, draw
),

normalised_shares as (
    select
        noisy_shares.*,
        noisy_shares.weight / weight_sums.weight as share_of_year,
    from noisy_shares
    inner join weight_sums
        on
            noisy_shares.chip_id = weight_sums.chip_id
            and noisy_shares.year_start = weight_sums.year_start
            and noisy_shares.draw = weight_sums.draw
),

domestic as (
    select
        quarters.quarter_start,
        normalised_shares.chip_id,
        'domestic' as origin,
        'domestic' as piece,
        normalised_shares.draw,
        assumption_draws.value * normalised_shares.share_of_year as units,
    from normalised_shares
    inner join assumption_draws
        on
            normalised_shares.assumption_id = assumption_draws.assumption_id
            and normalised_shares.draw = assumption_draws.draw
    inner join quarters
        on
            normalised_shares.year_start = date_trunc('year', quarters.quarter_start)
            and normalised_shares.quarter_of_year = quarter(quarters.quarter_start)
)

select * from imports
union all
select * from domestic
