-- Deliveries outside China under what limits them, quarter by quarter in each world of growth on every
-- draw, in wafers of accelerators. Orders are the rule of the record. A part of them is fixed whatever
-- binds; the rest is the smallest of orders, packaging, memory, money and power. Chips without live power
-- wait; buyers who have many waiting order less.
with recursive mix as (
    select * from {{ ref('int_outlook__wafer_mix') }}
),

inputs as (
    select * from {{ ref('int_outlook__bound_inputs') }}
),

quarters as (
    select * from {{ ref('int_outlook__quarters') }}
),

last_flows as (
    select
        flows.draw,
        {{ exact_sum('flows.h100e_8bit') }} as h100e_8bit,
    from {{ ref('int_supply__flows') }} as flows
    inner join quarters
        on
            flows.quarter_start = quarters.quarter_start
            and quarters.quarters_ahead = 0
    where
        flows.region_id <> 'CN'
        and flows.draw <= {{ var('outlook_draws') }}
    group by flows.draw
),

standing as (
    select
        quarter_start,
        draw,
        {{ exact_sum('nominal_it_power_mw', 6) }} as needed_mw,
    from {{ ref('int_outlook__standing') }}
    where region_id <> 'CN'
    group by quarter_start, draw
),

live as (
    select
        path_id as world_id,
        quarter_start,
        draw,
        {{ exact_sum('live_it_power_mw', 6) }} as live_mw,
    from {{ ref('int_outlook__live_power') }}
    where path_id <> 'mean_growth'
    group by path_id, quarter_start, draw
),

walked as (
    select
        mix.world_id,
        0 as step,
        quarters.quarter_start,
        last_flows.draw,
        last_flows.h100e_8bit / mix.h100e_8bit as wafers,
        greatest(0, standing.needed_mw - live.live_mw) as waiting_mw,
        0::double as orders,
        0::double as packaging,
        0::double as memory,
        0::double as money,
        0::double as power,
    from quarters
    cross join last_flows
    inner join mix
        on
            quarters.quarter_start = mix.quarter_start
            and last_flows.draw = mix.draw
    inner join standing
        on
            quarters.quarter_start = standing.quarter_start
            and last_flows.draw = standing.draw
    inner join live
        on
            quarters.quarter_start = live.quarter_start
            and mix.world_id = live.world_id
            and last_flows.draw = live.draw
    where quarters.quarters_ahead = 0

    union all

    select
        stepped.world_id,
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
                    and walked.world_id = inputs.world_id
                    and walked.draw = inputs.draw
        ) as bounded
    ) as stepped
)

select
    walked.world_id,
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
        walked.world_id = mix.world_id
        and walked.quarter_start = mix.quarter_start
        and walked.draw = mix.draw
where walked.step > 0
