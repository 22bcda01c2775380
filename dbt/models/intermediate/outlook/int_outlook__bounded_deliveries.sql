-- Deliveries outside China under what limits them, by region and quarter ahead in each world of growth on
-- every draw: each region gets the part of its orders that all get. Limits have no record, so the spread
-- around the median is widened to that of the rule that has one, wherever it is narrower: of the deliveries
-- of a quarter, and of what they add up to with what stands today.
with orders as (
    select * from {{ ref('int_outlook__orders') }}
),

bounded as (
    select * from {{ ref('int_outlook__bounded') }}
),

totals as (
    select
        world_id,
        quarter_start,
        draw,
        {{ exact_sum('h100e_8bit') }} as h100e_8bit,
    from orders
    group by world_id, quarter_start, draw
),

shared as (
    select
        orders.world_id,
        orders.quarter_start,
        orders.region_id,
        orders.draw,
        orders.h100e_8bit as ordered_h100e,
        orders.h100e_8bit * bounded.h100e_8bit / totals.h100e_8bit as bounded_h100e,
    from orders
    inner join totals
        on
            orders.world_id = totals.world_id
            and orders.quarter_start = totals.quarter_start
            and orders.draw = totals.draw
    inner join bounded
        on
            orders.world_id = bounded.world_id
            and orders.quarter_start = bounded.quarter_start
            and orders.draw = bounded.draw
),

standing as (
    select
        standing.region_id,
        standing.draw,
        standing.nominal_h100e_8bit as h100e_8bit,
    from {{ ref('int_outlook__standing') }} as standing
    inner join {{ ref('int_outlook__quarters') }} as quarters
        on
            standing.quarter_start = quarters.quarter_start
            and quarters.quarters_ahead = 0
),

quarter_points as (
    select
        world_id,
        quarter_start,
        region_id,
        {{ quantile_points('ordered_h100e') }} as ordered,
        {{ quantile_points('bounded_h100e') }} as bounded,
    from shared
    group by world_id, quarter_start, region_id
),

-- the deliveries of a quarter, as wide as those of the rule
spread as (
    select
        shared.world_id,
        shared.quarter_start,
        shared.region_id,
        shared.draw,
        shared.ordered_h100e,
        points.bounded.p50 * power(
            shared.bounded_h100e / points.bounded.p50,
            greatest(
                1,
                ln(points.ordered.p95 / points.ordered.p05)
                / ln(points.bounded.p95 / points.bounded.p05)
            )
        ) as bounded_h100e,
    from shared
    inner join quarter_points as points
        on
            shared.world_id = points.world_id
            and shared.quarter_start = points.quarter_start
            and shared.region_id = points.region_id
),

summed as (
    select
        spread.world_id,
        spread.quarter_start,
        spread.region_id,
        spread.draw,
        standing.h100e_8bit as standing_h100e,
        standing.h100e_8bit + sum(spread.ordered_h100e) over so_far as ordered_h100e,
        standing.h100e_8bit + sum(spread.bounded_h100e) over so_far as bounded_h100e,
    from spread
    inner join standing
        on
            spread.region_id = standing.region_id
            and spread.draw = standing.draw
    window so_far as (
        partition by spread.world_id, spread.region_id, spread.draw
        order by spread.quarter_start
        rows between unbounded preceding and current row
    )
),

sum_points as (
    select
        world_id,
        quarter_start,
        region_id,
        {{ quantile_points('ordered_h100e') }} as ordered,
        {{ quantile_points('bounded_h100e') }} as bounded,
    from summed
    group by world_id, quarter_start, region_id
),

exponents as (
    select
        world_id,
        quarter_start,
        region_id,
        bounded.p50 as median_h100e,
        max(greatest(1, ln(ordered.p95 / ordered.p05) / ln(bounded.p95 / bounded.p05))) over (
            partition by world_id, region_id
            order by quarter_start
            rows between unbounded preceding and current row
        ) as exponent,
    from sum_points
),

widened as (
    select
        summed.*,
        exponents.median_h100e
        * power(summed.bounded_h100e / exponents.median_h100e, exponents.exponent) as total_h100e,
    from summed
    inner join exponents
        on
            summed.world_id = exponents.world_id
            and summed.quarter_start = exponents.quarter_start
            and summed.region_id = exponents.region_id
)

select
    world_id,
    quarter_start,
    region_id,
    draw,
    greatest(
        0,
        total_h100e - coalesce(
            lag(total_h100e) over (
                partition by world_id, region_id, draw
                order by quarter_start
            ),
            standing_h100e
        )
    ) as h100e_8bit,
from widened
