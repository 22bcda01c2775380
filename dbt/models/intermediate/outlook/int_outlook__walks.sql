-- Deliveries ahead over those of the start, by origin, series, step and draw: by our rule, and by the
-- simple rules that it is held against. Errors of growth fade with distance from the last count; noise
-- of quarters adds up; the level of the newest count is uncertain on the day on which it is known, by
-- what its draws do not hold already.
with trends as (
    select * from {{ ref('int_outlook__trends') }}
),

rates as (
    select * from {{ ref('int_outlook__origin_rates') }}
),

origins as (
    select * from {{ ref('int_outlook__origins') }}
),

deviates as (
    select * from {{ ref('int_outlook__deviates') }}
),

structure as (
    select *
    from {{ constant_points(
        'outlook_growth_error', 'outlook_growth_error_fade', 'outlook_quarter_noise'
    ) }}
),

real_time as (
    select
        draw,
        outlook_real_time_error as log_sd,
    from {{ constant_draws('outlook_real_time_error') }}
),

-- counted deliveries are drawn with what young counts were revised by; the rest is added
revisions as (
    select max(extra_log_sd) as log_sd
    from {{ ref('int_shipments__estimator_errors') }}
    where component = 'revision'
),

joined as (
    select
        trends.origin_id,
        trends.world_id,
        trends.series_kind,
        trends.series_id,
        trends.step,
        trends.quarter_start,
        trends.draw,
        rates.start_h100e_8bit,
        trends.log_growth,
        deviates.z_growth,
        deviates.noise_walk,
        -- the sum of the fading errors of all steps so far
        structure.outlook_growth_error
        * power(structure.outlook_growth_error_fade, origins.steps_before)
        * (1 - power(structure.outlook_growth_error_fade, trends.step))
        / (1 - structure.outlook_growth_error_fade) as growth_error,
        structure.outlook_quarter_noise as quarter_noise,
        deviates.z_level * case
            when origins.origin_kind = 'backtest' then real_time.log_sd
            else sqrt(greatest(
                0, power(real_time.log_sd, 2) - power(coalesce(revisions.log_sd, 0), 2)
            ))
        end as log_level,
        rates.mean_growth,
        rates.last_four_growth,
        rates.growth_sd,
        rates.growth_quarters,
    from trends
    inner join origins on trends.origin_id = origins.origin_id
    inner join rates
        on
            trends.origin_id = rates.origin_id
            and trends.series_kind = rates.series_kind
            and trends.series_id = rates.series_id
    inner join deviates
        on
            trends.series_kind = deviates.series_kind
            and trends.series_id = deviates.series_id
            and trends.step = deviates.step
            and trends.draw = deviates.draw
    inner join real_time on trends.draw = real_time.draw
    cross join structure
    cross join revisions
),

logarithms as (
    select
        *,
        mean_growth * step + growth_sd / sqrt(growth_quarters) * step * z_growth
        + growth_sd * noise_walk as log_mean_growth,
    from joined
)

-- China's deliveries are our own yearly judgements, to which what is said of packaging in Taiwan and
-- of American buyers does not apply: the record there is that of mean growth
select
    origin_id,
    world_id,
    series_kind,
    series_id,
    step,
    quarter_start,
    draw,
    start_h100e_8bit,
    exp(log_level + case
        when series_id = 'CN' then log_mean_growth
        else log_growth + growth_error * z_growth + quarter_noise * noise_walk
    end) as outlook,
    exp(case
        when series_id = 'CN' then log_mean_growth
        else log_growth + growth_error * z_growth + quarter_noise * noise_walk
    end) as outlook_level_known,
    exp(log_mean_growth) as mean_growth,
    exp(
        last_four_growth * step + growth_sd / sqrt(4) * step * z_growth + growth_sd * noise_walk
    ) as last_four_growth,
    exp(growth_sd * noise_walk) as flat,
from logarithms
