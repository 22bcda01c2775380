-- Effects on deliveries carried through the kernel of their region: what the rules did to the stock
-- at the end of a quarter, on every draw, by scenario and effect. The kernel does not depend on the
-- chip, so differences pass through it like chips do.
with flow_effects as (
    select * from {{ ref('int_balance__flow_effects') }}
),

kernels as (
    select * from {{ ref('int_supply__kernels') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

{% set measures = [
    'training', 'training_grade', 'inference', 'inference_grade',
    'busy_large', 'busy_small', 'busy_inference',
    'offered_busy_large', 'offered_busy_small', 'offered_busy_inference',
    'offered_large', 'offered_grade', 'offered_all',
] %}

ages as (
    select
        delivery.quarter_start as delivered_quarter,
        quarters.quarter_start,
        date_diff('quarter', delivery.quarter_start, quarters.quarter_start) as age_quarters,
    from quarters as delivery
    inner join quarters on delivery.quarter_start <= quarters.quarter_start
)

select
    flow_effects.scenario_id,
    flow_effects.effect,
    ages.quarter_start,
    flow_effects.region_id,
    flow_effects.origin,
    flow_effects.draw,
    {{ exact_sum('flow_effects.training * kernels.surviving_share') }} as nominal_training,
    {{ exact_sum('flow_effects.inference * kernels.surviving_share') }} as nominal_inference,
    {%- for measure in measures %}
    {{ exact_sum('flow_effects.' ~ measure ~ ' * kernels.deployed_share') }} as {{ measure }},
    {%- endfor %}
from flow_effects
inner join ages on flow_effects.quarter_start = ages.delivered_quarter
inner join kernels
    on
        flow_effects.region_id = kernels.region_id
        and flow_effects.draw = kernels.draw
        and ages.age_quarters = kernels.age_quarters
group by
    flow_effects.scenario_id,
    flow_effects.effect,
    ages.quarter_start,
    flow_effects.region_id,
    flow_effects.origin,
    flow_effects.draw
