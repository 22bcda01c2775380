-- Behind months of payback: the rent as in the premium, without lists, and the cost without the
-- parts that payback leaves out: capital and building, and what the stock was bought at.
{%- set key = ['quarter_start', 'region_id', 'chip_id'] %}
with paybacks as (
    select * from {{ published('fct_rental_payback') }}
),

premium_inputs as (
    select * from {{ published('brg_scarcity_premium') }}
    where step <> 'hyperscaler list' and not starts_with(step, 'cost')
),

cost_inputs as (
    select * from {{ published('brg_gpu_hour_cost') }}
    where part not in ('capital', 'building', 'vintage')
),

inputs as (
    select * from premium_inputs
    union all
    select * exclude (part) replace ('cost: ' || step as step) from cost_inputs
)

select
    {%- for column in key %}
    paybacks.{{ column }},
    {%- endfor %}
    inputs.step,
    inputs.input_table,
    inputs.input_key,
    inputs.weight,
from paybacks
inner join inputs
    on
        {%- for column in key %}
        {% if not loop.first %}and {% endif %}paybacks.{{ column }} = inputs.{{ column }}
        {%- endfor %}

union all

select
    {{ key | join(',\n    ') }},
    'rent and cost' as step,
    unnest(['fct_scarcity_premium', 'fct_gpu_hour_cost']) as input_table,
    {{ row_key(key) }} as input_key,
    cast(null as double) as weight,
from paybacks
