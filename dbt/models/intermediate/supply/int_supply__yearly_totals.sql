-- Chips that are judged by the year, spread over its quarters on every draw. The sum since the first
-- year runs through the judged sums at the ends of years and is smooth between them, so quarters
-- add up to their year and nothing jumps at its end. At the end of a year the rate is the harmonic
-- mean of the totals on both sides, with which the sum never falls (F. N. Fritsch and J. Butland,
-- A method for constructing local monotone piecewise cubic interpolants, 1984). Years that are still
-- open have all four quarters here.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

judged as (
    select
        *,
        coalesce(family_key, assumption_id) as curve,
    from {{ assumption_draws('cn_other_cards', 'domestic_units', 'diverted_units') }}
),

years as (
    select unnest(
        generate_series(
            least(judged_years.first_day, grid_years.first_day),
            greatest(judged_years.last_day, grid_years.last_day),
            interval 1 year
        )
    )::date as year_start
    from (
        select
            date_trunc('year', min(valid_from)) as first_day,
            date_trunc('year', max(valid_from)) as last_day,
        from judged
    ) as judged_years
    cross join (
        select
            date_trunc('year', min(quarter_start)) as first_day,
            date_trunc('year', max(quarter_start)) as last_day,
        from quarters
    ) as grid_years
),

yearly as (
    select
        judged.parameter,
        judged.chip_id,
        years.year_start,
        judged.draw,
        judged.value as units,
        lag(judged.value) over curve_years as units_before,
        lead(judged.value) over curve_years as units_after,
    from judged
    inner join years
        on
            judged.valid_from <= years.year_start
            and coalesce(judged.valid_to > years.year_start, true)
    window curve_years as (partition by judged.curve, judged.draw order by years.year_start)
),

-- chips per year at both ends of the year
ends as (
    select
        *,
        2 * units * units_before / (units + units_before) as mean_before,
        2 * units * units_after / (units + units_after) as mean_after,
    from yearly
),

rates as (
    select
        *,
        coalesce(mean_before, 1.5 * units - 0.5 * mean_after, units) as first_rate,
        coalesce(mean_after, 1.5 * units - 0.5 * mean_before, units) as last_rate,
    from ends
),

-- the part of the year that has gone by when a quarter ends
parts as (
    select
        quarter_of_year,
        quarter_of_year / 4.0 as t,
        (quarter_of_year - 1) / 4.0 as s,
    from generate_series(1, 4) as numbers (quarter_of_year)
)

select
    rates.parameter,
    rates.chip_id,
    rates.year_start,
    (rates.year_start + to_months(3 * (parts.quarter_of_year - 1)::integer))::date as quarter_start,
    rates.draw,
    rates.units as year_units,
    rates.units * (3 * (t * t - s * s) - 2 * (t * t * t - s * s * s))
    + rates.first_rate * ((t * t * t - s * s * s) - 2 * (t * t - s * s) + (t - s))
    + rates.last_rate * ((t * t * t - s * s * s) - (t * t - s * s)) as units,
from rates
cross join parts
where rates.year_start in (select date_trunc('year', quarter_start) from quarters)
