-- What stands in a region at the end of each quarter of the outlook on every draw, by rule: delivered
-- and not retired (nominal), and of that what is deployed. Deliveries up to the last complete quarter
-- and the opening stock pass through the same kernels as in the balance.
{% set yardsticks = ['h100e_8bit', 'h100e_training', 'h100e_inference', 'it_power_mw'] %}
with region_flows as (
    select * from {{ ref('int_outlook__region_flows') }}
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

rules as (
    select unnest(['outlook', 'mean_growth']) as rule
),

passed as (
    select
        region_flows.rule,
        quarters.quarter_start,
        region_flows.region_id,
        region_flows.draw,
        {%- for yardstick in yardsticks %}
        {%- set digits = 6 if yardstick == 'it_power_mw' else 3 %}
        {{ exact_sum('region_flows.' ~ yardstick ~ ' * kernels.surviving_share', digits) }}
            as nominal_{{ yardstick }},
        {{ exact_sum('region_flows.' ~ yardstick ~ ' * kernels.deployed_share', digits) }}
            as deployed_{{ yardstick }},
        {%- endfor %}
    from region_flows
    inner join quarters on region_flows.quarter_start <= quarters.quarter_start
    inner join kernels
        on
            region_flows.region_id = kernels.region_id
            and region_flows.draw = kernels.draw
            and date_diff('quarter', region_flows.quarter_start, quarters.quarter_start)
            = kernels.age_quarters
    group by region_flows.rule, quarters.quarter_start, region_flows.region_id, region_flows.draw
)

select
    rules.rule,
    before.quarter_start,
    before.region_id,
    before.draw,
    {%- for yardstick in yardsticks %}
    before.nominal_{{ yardstick }} + coalesce(ahead.nominal_{{ yardstick }}, 0)
    + opening.{{ yardstick }} as nominal_{{ yardstick }},
    before.deployed_{{ yardstick }} + coalesce(ahead.deployed_{{ yardstick }}, 0)
    + opening.{{ yardstick }} as deployed_{{ yardstick }},
    {%- endfor %}
from passed as before
cross join rules
inner join opening
    on
        before.quarter_start = opening.quarter_start
        and before.region_id = opening.region_id
        and before.draw = opening.draw
left join passed as ahead
    on
        rules.rule = ahead.rule
        and before.quarter_start = ahead.quarter_start
        and before.region_id = ahead.region_id
        and before.draw = ahead.draw
where before.rule = 'all'
