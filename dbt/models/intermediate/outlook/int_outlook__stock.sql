-- What stands in a region at the end of each quarter of the outlook on every draw, by path: delivered and
-- not retired (nominal), and of that what is deployed. What is delivered ahead passes through the kernels
-- of the balance and adds to what is left of all before.
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

standing as (
    select * from {{ ref('int_outlook__standing') }}
),

paths as (
    select path_id
    from region_flows
    group by path_id
),

added as (
    select
        region_flows.path_id,
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
    inner join quarters
        on
            region_flows.quarter_start <= quarters.quarter_start
            and region_flows.quarter_start > quarters.last_complete_quarter
    inner join kernels
        on
            region_flows.region_id = kernels.region_id
            and region_flows.draw = kernels.draw
            and date_diff('quarter', region_flows.quarter_start, quarters.quarter_start)
            = kernels.age_quarters
    group by region_flows.path_id, quarters.quarter_start, region_flows.region_id, region_flows.draw
)

select
    paths.path_id,
    standing.quarter_start,
    standing.region_id,
    standing.draw,
    {%- for yardstick in yardsticks %}
    standing.nominal_{{ yardstick }} + coalesce(added.nominal_{{ yardstick }}, 0)
        as nominal_{{ yardstick }},
    standing.deployed_{{ yardstick }} + coalesce(added.deployed_{{ yardstick }}, 0)
        as deployed_{{ yardstick }},
    {%- endfor %}
from standing
cross join paths
left join added
    on
        paths.path_id = added.path_id
        and standing.quarter_start = added.quarter_start
        and standing.region_id = added.region_id
        and standing.draw = added.draw
