-- How each rule's outlook from past origins compares with what was counted, on logarithms. The rows are
-- made in hindsight: the rule was chosen by people who know the outcome.
with points as (
    select * from {{ ref('int_outlook__record_points') }}
),

origins as (
    select * from {{ ref('int_outlook__origins') }}
),

truths as (
    select * from {{ ref('int_outlook__truths') }}
),

probabilities as (
    select
        unnest([{{ outlook_probabilities() }}])::double as probability,
        unnest(range(1, 20))::integer as position,
),

losses as (
    select
        points.origin_id,
        points.measure,
        points.region_id,
        points.vendor,
        points.rule,
        points.step,
        truths.quarter_start,
        truths.h100e as truth,
        truths.counted_share,
        points.points[probabilities.position] as point,
        probabilities.probability,
        {{ pinball(
            'probabilities.probability', 'points.points[probabilities.position]', 'truths.h100e'
        ) }} as loss,
    from points
    inner join truths
        on
            points.measure = truths.measure
            and points.region_id = truths.region_id
            and points.vendor = truths.vendor
            and points.quarter_start = truths.quarter_start
    cross join probabilities
)

select
    'backtest' as kind,
    losses.origin_id as outlook_id,
    losses.measure,
    losses.region_id,
    losses.vendor,
    losses.rule,
    origins.origin_quarter,
    losses.step as quarters_ahead,
    losses.quarter_start,
    any_value(origins.known_to) as known_to,
    any_value(losses.truth) as truth_h100e,
    any_value(losses.counted_share) as truth_counted_share,
    any_value(losses.point) filter (where losses.probability = 0.05) as h100e_p05,
    any_value(losses.point) filter (where losses.probability = 0.25) as h100e_p25,
    any_value(losses.point) filter (where losses.probability = 0.5) as h100e_p50,
    any_value(losses.point) filter (where losses.probability = 0.75) as h100e_p75,
    any_value(losses.point) filter (where losses.probability = 0.95) as h100e_p95,
    2 * avg(losses.loss order by losses.probability) as crps_log,
    any_value(losses.loss) filter (where losses.probability = 0.05) as pinball_05,
    any_value(losses.loss) filter (where losses.probability = 0.5) as pinball_50,
    any_value(losses.loss) filter (where losses.probability = 0.95) as pinball_95,
from losses
inner join origins on losses.origin_id = origins.origin_id
group by
    losses.origin_id,
    losses.measure,
    losses.region_id,
    losses.vendor,
    losses.rule,
    origins.origin_quarter,
    losses.step,
    losses.quarter_start
