-- Deliveries over the world under what limits them, with China by its pieces. Bounds have no record, so
-- their spread around the median is widened to that of the rule that has one, wherever it is narrower.
with bounded as (
    select * from {{ ref('int_outlook__bounded') }}
),

measures as (
    select * from {{ ref('int_outlook__measures') }}
    where
        measure = 'delivered'
        and yardstick = '8bit'
),

china as (
    select
        quarter_start,
        draw,
        amount,
    from measures
    where
        region_id = 'CN'
        and rule = 'outlook'
),

world as (
    select
        bounded.quarter_start,
        bounded.draw,
        bounded.h100e_8bit + china.amount as amount,
    from bounded
    inner join china
        on
            bounded.quarter_start = china.quarter_start
            and bounded.draw = china.draw
),

bounded_points as (
    select
        quarter_start,
        {{ quantile_points('amount') }} as points,
    from world
    group by quarter_start
),

rule_points as (
    select
        quarter_start,
        {{ quantile_points('amount') }} as points,
    from measures
    where
        region_id = 'WORLD'
        and rule = 'outlook'
        and draw > 0
    group by quarter_start
)

select
    'delivered_bounded' as measure,
    '8bit' as yardstick,
    'outlook' as rule,
    world.quarter_start,
    'WORLD' as region_id,
    world.draw,
    bounded_points.points.p50 * power(
        world.amount / bounded_points.points.p50,
        greatest(
            1,
            ln(rule_points.points.p95 / rule_points.points.p05)
            / ln(bounded_points.points.p95 / bounded_points.points.p05)
        )
    ) as amount,
from world
inner join bounded_points on world.quarter_start = bounded_points.quarter_start
inner join rule_points on world.quarter_start = rule_points.quarter_start

union all

-- the simple rule knows no bounds
select
    'delivered_bounded' as measure,
    measures.yardstick,
    measures.rule,
    measures.quarter_start,
    measures.region_id,
    measures.draw,
    measures.amount,
from measures
where
    measures.rule = 'mean_growth'
    and measures.region_id = 'WORLD'
    and measures.quarter_start in (select quarter_start from bounded)
