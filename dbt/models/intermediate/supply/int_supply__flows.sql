-- Deliveries of a quarter by region, owner and origin, measured by every yardstick, on every draw,
-- as they happened. Scenarios carry only what they change (int_balance__flow_effects).
with vendor_flows as (
    select * from {{ ref('int_supply__vendor_flows') }}
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
    {{ exact_sum('h100e_training_grade') }} as h100e_training_grade,
    {{ exact_sum('h100e_inference') }} as h100e_inference,
    {{ exact_sum('h100e_inference_grade') }} as h100e_inference_grade,
    {{ exact_sum('it_power_mw', 6) }} as it_power_mw,
from vendor_flows
group by quarter_start, region_id, owner, origin, draw
