-- How kept outlooks turned out. They hold five points, and three of the simple rule; between and beyond
-- them the distribution is the fit through the 5, 50 and 95 % points.
with points as (
    select * from {{ ref('int_outlook__kept_points') }}
),

truths as (
    select * from {{ ref('int_outlook__truths') }}
    where vendor = 'all'
),

normal_points as (
    select * from {{ outlook_normal_points() }}
),

fitted as (
    select
        points.*,
        truths.h100e as truth_h100e,
        truths.counted_share as truth_counted_share,
        normal_points.probability,
        {{ split_normal(
            'normal_points.z', 'points.h100e_p05', 'points.h100e_p50', 'points.h100e_p95', "'log'"
        ) }} as point,
    from points
    inner join truths
        on
            points.measure = truths.measure
            and points.region_id = truths.region_id
            and points.quarter_start = truths.quarter_start
    cross join normal_points
),

losses as (
    select
        *,
        {{ pinball('probability', 'point', 'truth_h100e') }} as loss,
    from fitted
)

select
    kind,
    outlook_id,
    measure,
    region_id,
    'all' as vendor,
    rule,
    origin_quarter,
    quarters_ahead,
    quarter_start,
    known_to,
    truth_h100e,
    truth_counted_share,
    h100e_p05,
    -- of the simple rule three points are kept
    coalesce(h100e_p25, any_value(point) filter (where probability = 0.25)) as h100e_p25,
    h100e_p50,
    coalesce(h100e_p75, any_value(point) filter (where probability = 0.75)) as h100e_p75,
    h100e_p95,
    2 * avg(loss order by probability) as crps_log,
    any_value(loss) filter (where probability = 0.05) as pinball_05,
    any_value(loss) filter (where probability = 0.5) as pinball_50,
    any_value(loss) filter (where probability = 0.95) as pinball_95,
from losses
group by
    kind,
    outlook_id,
    measure,
    region_id,
    rule,
    origin_quarter,
    quarters_ahead,
    quarter_start,
    known_to,
    truth_h100e,
    truth_counted_share,
    h100e_p05,
    h100e_p25,
    h100e_p50,
    h100e_p75,
    h100e_p95
