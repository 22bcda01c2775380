-- The growth that the rule expects, summed from the start of an origin to each step, on every draw.
-- Half of it is packaging capacity in quarters of which a statement of the day speaks; the rest is the
-- growth of the last four quarters, which goes over to an anchor: growth of money of four years times
-- what money buys, and, for the present origin, later the growth of money that buyers state.
with origins as (
    select * from {{ ref('int_outlook__origins') }}
),

rates as (
    select * from {{ ref('int_outlook__origin_rates') }}
),

revenue_growth as (
    select * from {{ ref('int_outlook__revenue_growth') }}
),

packaging_growth as (
    select * from {{ ref('int_outlook__packaging_growth') }}
),

drawn as (
    select *
    from {{ constant_draws(
        'outlook_growth_memory', 'outlook_performance_per_money', 'outlook_anchor_fade',
        'outlook_packaging_weight', 'outlook_packaging_performance'
    ) }}
    where draw <= {{ var('outlook_draws') }}
),

world_rows as (
    select * from {{ ref('int_outlook__world_rows') }}
    where kind = 'growth'
),

stated_growth as (
    select
        world_rows.world_id,
        judged.draw,
        judged.valid_from,
        judged.valid_to,
        ln(judged.value) / 4 as log_growth_per_quarter,
    from {{ assumption_draws('accelerator_spending_growth') }} as judged
    inner join world_rows on judged.assumption_id = world_rows.assumption_id
),

-- of days past no other world is told
steps as (
    select
        origins.origin_id,
        origins.origin_kind,
        worlds.world_id,
        unnest(range(1, 1 + origins.steps))::integer as step,
        origins.steps_before,
        origins.start_quarter,
        origins.last_draw,
    from origins
    inner join {{ ref('int_outlook__worlds') }} as worlds
        on
            worlds.kind = 'growth'
            and (
                worlds.world_id = 'expected'
                or origins.origin_kind = 'present'
            )
),

dated as (
    select
        steps.*,
        steps.steps_before + steps.step as k,
        (steps.start_quarter + to_months((3 * steps.step)::integer))::date as quarter_start,
    from steps
),

anchored as (
    select
        dated.origin_id,
        dated.world_id,
        dated.step,
        dated.k,
        dated.quarter_start,
        drawn.draw,
        revenue_growth.log_growth_per_quarter as past_growth,
        case when dated.origin_kind = 'present' then stated_growth.log_growth_per_quarter end
            as stated_growth,
        power(drawn.outlook_anchor_fade, dated.k) as past_share,
        ln(drawn.outlook_performance_per_money) / 4 as performance_growth,
        power(drawn.outlook_growth_memory, dated.k) as memory_share,
        case when packaging_growth.origin_id is null then 0 else drawn.outlook_packaging_weight end
            as packaging_weight,
        coalesce(
            packaging_growth.log_growth_per_year + ln(drawn.outlook_packaging_performance), 0
        ) / 4 as packaging_growth,
    from dated
    inner join revenue_growth on dated.origin_id = revenue_growth.origin_id
    inner join drawn on dated.last_draw >= drawn.draw
    left join packaging_growth
        on
            dated.origin_id = packaging_growth.origin_id
            and year(dated.quarter_start) = packaging_growth.capacity_year
    left join stated_growth
        on
            drawn.draw = stated_growth.draw
            and dated.world_id = stated_growth.world_id
            and dated.origin_kind = 'present'
            and stated_growth.valid_from <= dated.quarter_start
            and coalesce(stated_growth.valid_to > dated.quarter_start, true)
),

anchors as (
    select
        *,
        past_share * past_growth
        + (1 - past_share) * coalesce(stated_growth, past_growth)
        + performance_growth as anchor,
    from anchored
)

select
    anchors.origin_id,
    anchors.world_id,
    rates.series_kind,
    rates.series_id,
    anchors.step,
    anchors.k,
    anchors.quarter_start,
    anchors.draw,
    sum(
        (1 - anchors.packaging_weight)
        * (anchors.anchor + anchors.memory_share * (rates.last_four_growth - anchors.anchor))
        + anchors.packaging_weight * anchors.packaging_growth
    ) over (
        partition by
            anchors.origin_id, anchors.world_id, rates.series_kind, rates.series_id, anchors.draw
        order by anchors.step
        rows between unbounded preceding and current row
    ) as log_growth,
from anchors
inner join rates on anchors.origin_id = rates.origin_id
-- other worlds are told of regions, and of China by its pieces
where
    anchors.world_id = 'expected'
    or (rates.series_kind = 'region' and rates.series_id <> 'CN')
