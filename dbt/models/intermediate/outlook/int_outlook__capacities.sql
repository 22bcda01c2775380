-- What limits deliveries outside China in each quarter of the outlook, on every draw: wafers that
-- packaging took a quarter before, memory of a quarter before, money of the quarter, and power that goes
-- live a quarter later. Yearly judgements are knots at the middle of their year, straight on the logarithm.
with quarters as (
    select * from {{ ref('int_outlook__quarters') }}
    where quarters_ahead > 0
),

packaging as (
    select
        valid_from,
        draw,
        value,
    from {{ assumption_draws('outlook_packaging_wafers') }}
),

-- a level, carried on by yearly growth
memory as (
    select
        valid_from,
        draw,
        exp(sum(ln(value)) over (partition by draw order by valid_from)) as value,
    from {{ assumption_draws('outlook_hbm_level', 'outlook_hbm_growth') }}
),

spending as (
    select
        valid_from,
        draw,
        exp(sum(ln(value)) over (partition by draw order by valid_from)) as value,
    from {{ assumption_draws('outlook_spending_level', 'accelerator_spending_growth') }}
),

live_power as (
    select
        valid_from,
        draw,
        sum(value order by region_id) as value,
    from {{ assumption_draws('outlook_live_power_added') }}
    group by valid_from, draw
),

curves as (
    select
        'packaging' as curve,
        -3 as months_shift,
        *,
    from packaging

    union all

    select
        'memory' as curve,
        -3 as months_shift,
        *,
    from memory

    union all

    select
        'money' as curve,
        0 as months_shift,
        *,
    from spending

    union all

    select
        'power' as curve,
        3 as months_shift,
        *,
    from live_power

    union all

    select
        'power_now' as curve,
        0 as months_shift,
        *,
    from live_power
),

knots as (
    select
        curve,
        months_shift,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        -- a quarter of the year
        value / 4 as amount,
    from curves
    where draw <= {{ var('outlook_draws') }}
),

points as (
    select
        curve,
        on_date,
    from knots
    group by curve, on_date
),

asked as (
    select
        kinds.curve,
        quarters.quarter_start,
        quarters.quarters_ahead,
        (quarters.quarter_start + to_months(kinds.months_shift) + interval 45 day)::date as on_date,
    from quarters
    cross join (
        select
            curve,
            any_value(months_shift) as months_shift,
        from knots
        group by curve
    ) as kinds
),

days as (
    select
        curve,
        on_date,
    from asked
),

{{ place_between_points('points', 'days', 'placed') }},

amounts as (
    select
        asked.quarter_start,
        asked.quarters_ahead,
        asked.curve,
        first_knots.draw,
        exp(
            (1 - placed.inside_weight) * ln(first_knots.amount)
            + placed.inside_weight * ln(second_knots.amount)
        ) as amount,
    from asked
    inner join placed
        on
            asked.curve = placed.curve
            and asked.on_date = placed.on_date
    inner join knots as first_knots
        on
            placed.curve = first_knots.curve
            and placed.first_on = first_knots.on_date
    inner join knots as second_knots
        on
            placed.curve = second_knots.curve
            and placed.second_on = second_knots.on_date
            and first_knots.draw = second_knots.draw
)

select
    quarter_start,
    quarters_ahead,
    draw,
    max(amount) filter (where curve = 'packaging') as packaging_wafers,
    max(amount) filter (where curve = 'memory') as memory_exabytes,
    max(amount) filter (where curve = 'money') as money_usd_bn,
    1000 * max(amount) filter (where curve = 'power') as next_power_mw,
    1000 * max(amount) filter (where curve = 'power_now') as power_mw,
from amounts
group by quarter_start, quarters_ahead, draw
