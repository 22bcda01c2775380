-- Deliveries of a quarter by region, owner and origin, measured by every yardstick, on every draw
-- and for every scenario. A scenario is a change of deliveries: its rows are the baseline's plus
-- what it adds or takes away, and every later step carries the scenario through.
with arrivals as (
    select * from {{ ref('int_balance__arrivals') }}
),

chip_draws as (
    select * from {{ ref('int_balance__chip_draws') }}
),

measured as (
    select
        arrivals.quarter_start,
        arrivals.region_id,
        arrivals.owner,
        arrivals.origin,
        arrivals.draw,
        arrivals.units * chip_draws.h100e_8bit as h100e_8bit,
        arrivals.units * chip_draws.h100e_training as h100e_training,
        arrivals.units * chip_draws.h100e_inference as h100e_inference,
        chip_draws.is_training_grade,
        arrivals.units * chip_draws.it_power_w / 1e6 as it_power_mw,
    from arrivals
    inner join chip_draws
        on
            arrivals.chip_id = chip_draws.chip_id
            and arrivals.draw = chip_draws.draw
)

select
    'baseline' as scenario_id,
    quarter_start,
    region_id,
    owner,
    origin,
    draw,
    {{ exact_sum('h100e_8bit') }} as h100e_8bit,
    {{ exact_sum('h100e_training') }} as h100e_training,
    {{ exact_sum('case when is_training_grade then h100e_training end') }}
        as h100e_training_grade,
    {{ exact_sum('h100e_inference') }} as h100e_inference,
    {{ exact_sum('case when is_training_grade then h100e_inference end') }}
        as h100e_inference_grade,
    {{ exact_sum('it_power_mw', 6) }} as it_power_mw,
from measured
group by quarter_start, region_id, owner, origin, draw
