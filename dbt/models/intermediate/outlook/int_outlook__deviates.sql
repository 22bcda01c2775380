-- Deviates of the rule by series, step and draw: of growth and of the level (partly shared by all series but
-- China), and the walk of the noise of single quarters up to the step. Draw 0 is the central path.
with series as (
    select
        series_kind,
        series_id,
    from {{ ref('int_outlook__series_deliveries') }}
    group by series_kind, series_id
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
    where draw <= {{ var('outlook_draws') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

structure as (
    select outlook_growth_error_common as common_share
    from {{ constant_points('outlook_growth_error_common') }}
),

-- what China gets is judged piece by piece, ahead as well as behind: no error of the others is in it
shares as (
    select
        series.series_kind,
        series.series_id,
        case when series.series_id = 'CN' then 0 else structure.common_share end as common_share,
    from series
    cross join structure
),

steps as (
    select unnest(
        range(1, 1 + greatest(
            {{ var('outlook_quarters_ahead') }}, {{ var('outlook_scored_quarters') }}
        ))
    )::integer as step
),

common as (
    select
        draws.draw,
        {{ uniform_deviate('build.seed', "'outlook:growth'", 'draws.draw') }} as u_growth,
        {{ uniform_deviate('build.seed', "'outlook:level'", 'draws.draw') }} as u_level,
    from draws
    cross join build
    where draws.draw > 0
),

own as (
    select
        series.series_kind,
        series.series_id,
        draws.draw,
        {{ uniform_deviate('build.seed', "'outlook:growth:' || series.series_id", 'draws.draw') }}
            as u_growth,
        {{ uniform_deviate('build.seed', "'outlook:level:' || series.series_id", 'draws.draw') }}
            as u_level,
    from series
    cross join draws
    cross join build
    where draws.draw > 0
),

noise as (
    select
        series.series_kind,
        series.series_id,
        draws.draw,
        steps.step,
        {{ uniform_deviate(
            'build.seed', "'outlook:noise:' || series.series_id || ':' || steps.step", 'draws.draw'
        ) }} as u_noise,
    from series
    cross join draws
    cross join steps
    cross join build
    where draws.draw > 0
),

normal_common as (
    select
        draw,
        {{ probit('u_growth') }} as z_growth,
        {{ probit('u_level') }} as z_level,
    from common
),

normal_own as (
    select
        series_kind,
        series_id,
        draw,
        {{ probit('u_growth') }} as z_growth,
        {{ probit('u_level') }} as z_level,
    from own
),

normal_noise as (
    select
        series_kind,
        series_id,
        draw,
        step,
        {{ probit('u_noise') }} as z_noise,
    from noise
),

walked as (
    select
        series_kind,
        series_id,
        draw,
        step,
        sum(z_noise) over (
            partition by series_kind, series_id, draw
            order by step
            rows between unbounded preceding and current row
        ) as noise_walk,
    from normal_noise
)

select
    walked.series_kind,
    walked.series_id,
    walked.step,
    walked.draw,
    sqrt(shares.common_share) * normal_common.z_growth
    + sqrt(1 - shares.common_share) * normal_own.z_growth as z_growth,
    sqrt(shares.common_share) * normal_common.z_level
    + sqrt(1 - shares.common_share) * normal_own.z_level as z_level,
    walked.noise_walk,
from walked
inner join shares
    on
        walked.series_kind = shares.series_kind
        and walked.series_id = shares.series_id
inner join normal_own
    on
        walked.series_kind = normal_own.series_kind
        and walked.series_id = normal_own.series_id
        and walked.draw = normal_own.draw
inner join normal_common on walked.draw = normal_common.draw

union all

select
    series.series_kind,
    series.series_id,
    steps.step,
    0 as draw,
    0.0 as z_growth,
    0.0 as z_level,
    0.0 as noise_walk,
from series
cross join steps
