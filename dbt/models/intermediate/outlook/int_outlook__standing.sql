-- What is left in the quarters of the outlook of the chips that were delivered up to the last complete
-- quarter, and of the opening stock, by region on every draw: not retired (nominal), and of that what is
-- deployed. The kernels are those of the balance.
{% set yardsticks = ['h100e_8bit', 'h100e_training', 'h100e_inference', 'it_power_mw'] %}
with flows as (
    select
        quarter_start,
        region_id,
        draw,
        {%- for yardstick in yardsticks %}
        {{ exact_sum(yardstick, 6 if yardstick == 'it_power_mw' else 3) }} as {{ yardstick }},
        {%- endfor %}
    from {{ ref('int_supply__flows') }}
    where draw <= {{ var('outlook_draws') }}
    group by quarter_start, region_id, draw
),

kernels as (
    select * from {{ ref('int_supply__kernels') }}
),

quarters as (
    select * from {{ ref('int_outlook__quarters') }}
),

opening as (
    select * from {{ ref('int_outlook__opening') }}
),

passed as (
    select
        quarters.quarter_start,
        flows.region_id,
        flows.draw,
        {%- for yardstick in yardsticks %}
        {%- set digits = 6 if yardstick == 'it_power_mw' else 3 %}
        {{ exact_sum('flows.' ~ yardstick ~ ' * kernels.surviving_share', digits) }}
            as nominal_{{ yardstick }},
        {{ exact_sum('flows.' ~ yardstick ~ ' * kernels.deployed_share', digits) }}
            as deployed_{{ yardstick }},
        {%- endfor %}
    from flows
    inner join quarters on flows.quarter_start <= quarters.last_complete_quarter
    inner join kernels
        on
            flows.region_id = kernels.region_id
            and flows.draw = kernels.draw
            and date_diff('quarter', flows.quarter_start, quarters.quarter_start)
            = kernels.age_quarters
    group by quarters.quarter_start, flows.region_id, flows.draw
)

select
    passed.quarter_start,
    passed.region_id,
    passed.draw,
    {%- for yardstick in yardsticks %}
    passed.nominal_{{ yardstick }} + opening.{{ yardstick }} as nominal_{{ yardstick }},
    passed.deployed_{{ yardstick }} + opening.{{ yardstick }} as deployed_{{ yardstick }},
    {%- endfor %}
from passed
inner join opening
    on
        passed.quarter_start = opening.quarter_start
        and passed.region_id = opening.region_id
        and passed.draw = opening.draw
