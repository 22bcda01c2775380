-- Chips for China that no shipment count tracks, on every draw: other imported cards, licensed
-- deliveries, domestic production. Yearly figures are cut into quarters; the shares of domestic
-- output are normalised, with a noise by chip and quarter that leaves the year as it is.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

imports as (
    select
        quarters.quarter_start,
        judged.chip_id,
        'foreign' as origin,
        case judged.parameter
            when 'cn_other_cards' then 'other_cards'
            else 'licensed'
        end as piece,
        judged.draw,
        judged.value / case when judged.unit = 'units_per_year' then 4 else 1 end as units,
    from quarters
    inner join {{ assumption_draws('cn_other_cards', 'cn_licensed_units') }} as judged
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

quarter_shares as (
    select * from {{ assumption_draws('quarter_share') }}
),

yearly as (
    select
        outputs.chip_id,
        outputs.draw,
        outputs.value as units,
        years.year_start,
    from {{ assumption_draws('domestic_units') }} as outputs
    inner join (
        select date_trunc('year', quarter_start)::date as year_start
        from quarters
        group by all
    ) as years
        on
            outputs.valid_from <= years.year_start
            and coalesce(outputs.valid_to > years.year_start, true)
),

-- all four quarters of a year, so that shares add up even while the year is open
noise_uniforms as (
    select
        yearly.chip_id,
        yearly.year_start,
        yearly.draw,
        yearly.units,
        quarter_shares.quarter_of_year,
        quarter_shares.value as share,
        {{ uniform_deviate(
            'build.seed',
            "'domestic:' || yearly.chip_id || '|' || yearly.year_start"
            ~ " || '|' || quarter_shares.quarter_of_year",
            'yearly.draw'
        ) }} as u,
    from yearly
    inner join quarter_shares on yearly.draw = quarter_shares.draw
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
        normalised_shares.units * normalised_shares.share_of_year as units,
    from normalised_shares
    inner join quarters
        on
            normalised_shares.year_start = date_trunc('year', quarters.quarter_start)
            and normalised_shares.quarter_of_year = quarter(quarters.quarter_start)
)

select * from imports
union all
select * from domestic
