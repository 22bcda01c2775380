-- Deliveries outside China under what limits them, quarter by quarter on every draw, in wafers of
-- accelerators. Orders are the rule of the record. A part of them is fixed whatever binds; the rest is the
-- smallest of orders, packaging, memory, money and power. Chips without live power wait; buyers who have
-- many waiting order less.
with recursive mix as (
    select * from {{ ref('int_outlook__wafer_mix') }}
),

inputs as (
    select * from {{ ref('int_outlook__bound_inputs') }}
),

quarters as (
    select * from {{ ref('int_outlook__quarters') }}
),

last_orders as (
    select
        region_flows.draw,
        {{ exact_sum('region_flows.h100e_8bit') }} as h100e_8bit,
    from {{ ref('int_outlook__region_flows') }} as region_flows
    inner join quarters
        on
            region_flows.quarter_start = quarters.quarter_start
            and quarters.quarters_ahead = 0
    where region_flows.region_id <> 'CN'
    group by region_flows.draw
),

standing as (
    select
        quarter_start,
        draw,
        {{ exact_sum('nominal_it_power_mw', 6) }} as needed_mw,
    from {{ ref('int_outlook__stock') }}
    where
        rule = 'outlook'
        and region_id <> 'CN'
    group by quarter_start, draw
),

live as (
    select
        quarter_start,
        draw,
        {{ exact_sum('live_it_power_mw', 6) }} as live_mw,
    from {{ ref('int_outlook__live_power') }}
    where rule = 'outlook'
    group by quarter_start, draw
),

walked as (
    select
        0 as step,
        quarters.quarter_start,
        last_orders.draw,
        last_orders.h100e_8bit / mix.h100e_8bit as wafers,
        greatest(0, standing.needed_mw - live.live_mw) as waiting_mw,
        0::double as orders,
        0::double as packaging,
        0::double as memory,
        0::double as money,
        0::double as power,
    from quarters
    cross join last_orders
    inner join mix
        on
            quarters.quarter_start = mix.quarter_start
            and last_orders.draw = mix.draw
    inner join standing
        on
            quarters.quarter_start = standing.quarter_start
            and last_orders.draw = standing.draw
    inner join live
        on
            quarters.quarter_start = live.quarter_start
            and last_orders.draw = live.draw
    where quarters.quarters_ahead = 0

    union all

    select
        stepped.step,
        stepped.quarter_start,
        stepped.draw,
        stepped.wafers,
        greatest(
            0, stepped.waiting_before_mw + stepped.wafers * stepped.mw_per_wafer - stepped.power_mw
        ) as waiting_mw,
        stepped.orders,
        stepped.packaging,
        stepped.memory,
        stepped.money,
        stepped.power,
    from (
        select
            bounded.*,
            bounded.error_factor * (
                bounded.committed * bounded.orders
                + (1 - bounded.committed) * least(
                    bounded.orders, bounded.packaging, bounded.memory, bounded.money, bounded.power
                )
            ) as wafers,
        from (
            select
                inputs.*,
                walked.waiting_mw as waiting_before_mw,
                greatest(
                    0,
                    (
                        inputs.next_power_mw
                        + (inputs.tolerance * walked.wafers * inputs.mw_per_wafer - walked.waiting_mw)
                        / 4
                    ) / inputs.mw_per_wafer
                ) as power,
            from walked
            inner join inputs
                on
                    walked.step + 1 = inputs.step
                    and walked.draw = inputs.draw
        ) as bounded
    ) as stepped
)

select
    walked.step as quarters_ahead,
    walked.quarter_start,
    walked.draw,
    walked.wafers,
    walked.wafers * mix.h100e_8bit as h100e_8bit,
    walked.waiting_mw,
    walked.orders,
    walked.packaging,
    walked.memory,
    walked.money,
    walked.power,
    -- one alone binds; orders where nothing is smaller
    case least(walked.orders, walked.packaging, walked.memory, walked.money, walked.power)
        when walked.orders then 'orders'
        when walked.power then 'power'
        when walked.money then 'money'
        when walked.memory then 'memory'
        else 'packaging'
    end as binding,
from walked
inner join mix
    on
        walked.quarter_start = mix.quarter_start
        and walked.draw = mix.draw
where walked.step > 0
