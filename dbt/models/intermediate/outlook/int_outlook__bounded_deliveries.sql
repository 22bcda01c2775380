-- Deliveries outside China under what limits them, by region and quarter ahead in each world of growth on
-- every draw: each region gets the part of its orders that all get. Limits have no record, so the spread
-- around the median is widened to that of the rule that has one, wherever it is narrower in the quarter or
-- in all quarters ahead so far.
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

summed as (
    select
        *,
        sum(ordered_h100e) over so_far as ordered_so_far,
        sum(bounded_h100e) over so_far as bounded_so_far,
    from shared
    window so_far as (
        partition by world_id, region_id, draw
        order by quarter_start
        rows between unbounded preceding and current row
    )
),

points as (
    select
        world_id,
        quarter_start,
        region_id,
        {%- for amount in ['ordered_h100e', 'bounded_h100e', 'ordered_so_far', 'bounded_so_far'] %}
        {{ quantile_points(amount) }} as {{ amount }},
        {%- endfor %}
    from summed
    group by world_id, quarter_start, region_id
)

select
    shared.world_id,
    shared.quarter_start,
    shared.region_id,
    shared.draw,
    points.bounded_h100e.p50 * power(
        shared.bounded_h100e / points.bounded_h100e.p50,
        greatest(
            1,
            ln(points.ordered_h100e.p95 / points.ordered_h100e.p05)
            / ln(points.bounded_h100e.p95 / points.bounded_h100e.p05),
            ln(points.ordered_so_far.p95 / points.ordered_so_far.p05)
            / ln(points.bounded_so_far.p95 / points.bounded_so_far.p05)
        )
    ) as h100e_8bit,
from shared
inner join points
    on
        shared.world_id = points.world_id
        and shared.quarter_start = points.quarter_start
        and shared.region_id = points.region_id
