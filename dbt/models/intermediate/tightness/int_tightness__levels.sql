-- Tightness by side, smoothed, on every draw, and both sides as one. A side's smoothing error lasts
-- like its other errors, so that one deviate carries it through all quarters. Both together weigh by
-- the inverse of their variances; where the sides lie further apart than both allow, the spread is
-- widened by as much.
with readings as (
    select * from {{ ref('int_tightness__readings') }}
),

smoothing_weights as (
    select * from {{ ref('int_tightness__smoothing_weights') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

means as (
    select
        smoothing_weights.side,
        smoothing_weights.region_id,
        smoothing_weights.quarter_start,
        readings.draw,
        {{ exact_sum('smoothing_weights.weight * readings.log_tightness', 9) }} as log_tightness,
        any_value(smoothing_weights.remaining_variance) as remaining_variance,
    from smoothing_weights
    inner join readings
        on
            smoothing_weights.side = readings.side
            and smoothing_weights.region_id = readings.region_id
            and smoothing_weights.reading_quarter = readings.quarter_start
    group by
        smoothing_weights.side,
        smoothing_weights.region_id,
        smoothing_weights.quarter_start,
        readings.draw
),

uniforms as (
    select
        means.*,
        {{ uniform_deviate(
            'build.seed', "'smooth:' || means.side || ':' || means.region_id", 'means.draw'
        ) }} as u,
    from means
    cross join build
),

smoothed as (
    select
        side,
        region_id,
        quarter_start,
        draw,
        log_tightness
        + case when draw = 0 then 0.0 else sqrt(remaining_variance) * ({{ probit('u') }}) end
            as log_tightness,
    from uniforms
),

moments as (
    select
        side,
        region_id,
        quarter_start,
        {{ exact_sum('log_tightness', 8) }} / count(*) as mean,
        greatest(
            0,
            (
                {{ exact_sum('log_tightness * log_tightness', 8) }}
                - pow({{ exact_sum('log_tightness', 8) }}, 2) / count(*)
            ) / (count(*) - 1)
        ) as variance,
    from smoothed
    where draw > 0
    group by side, region_id, quarter_start
),

pairs as (
    select
        quantity.region_id,
        quantity.quarter_start,
        (1 / quantity.variance) / (1 / quantity.variance + 1 / price.variance) as quantity_weight,
        (price.mean - quantity.mean) / sqrt(quantity.variance + price.variance)
            as disagreement_z,
    from moments as quantity
    inner join moments as price
        on
            quantity.region_id = price.region_id
            and quantity.quarter_start = price.quarter_start
    where
        quantity.side = 'quantity'
        and price.side = 'price'
),

weighted as (
    select
        pairs.region_id,
        pairs.quarter_start,
        quantity.draw,
        quantity.log_tightness as quantity,
        price.log_tightness as price,
        pairs.quantity_weight * quantity.log_tightness
        + (1 - pairs.quantity_weight) * price.log_tightness as both_sides,
        pairs.quantity_weight,
        pairs.disagreement_z,
    from pairs
    inner join smoothed as quantity
        on
            quantity.side = 'quantity'
            and pairs.region_id = quantity.region_id
            and pairs.quarter_start = quantity.quarter_start
    inner join smoothed as price
        on
            price.side = 'price'
            and pairs.region_id = price.region_id
            and pairs.quarter_start = price.quarter_start
            and quantity.draw = price.draw
),

medians as (
    select
        region_id,
        quarter_start,
        median(both_sides) filter (where draw > 0) as both_sides,
    from weighted
    group by region_id, quarter_start
)

-- a quarter that only one side describes has no level of both
select
    smoothed.region_id,
    smoothed.quarter_start,
    smoothed.draw,
    max(smoothed.log_tightness) filter (where smoothed.side = 'quantity') as quantity,
    max(smoothed.log_tightness) filter (where smoothed.side = 'price') as price,
    max(
        medians.both_sides
        + greatest(1, abs(weighted.disagreement_z)) * (weighted.both_sides - medians.both_sides)
    ) as both_sides,
    max(weighted.disagreement_z) as disagreement_z,
    max(weighted.quantity_weight) as quantity_weight,
from smoothed
left join weighted
    on
        smoothed.region_id = weighted.region_id
        and smoothed.quarter_start = weighted.quarter_start
        and smoothed.draw = weighted.draw
left join medians
    on
        smoothed.region_id = medians.region_id
        and smoothed.quarter_start = medians.quarter_start
group by smoothed.region_id, smoothed.quarter_start, smoothed.draw
