-- Behind the two signs: all behind the premium, where the row is about one chip; load and balances of
-- merchant capacity, and the tightness of the region, which have bridges or walks of their own.
{%- set key = ['quarter_start', 'region_id', 'chip_id'] %}
with signs as (
    select * from {{ published('fct_scarcity_beside_load') }}
),

premium_inputs as (
    select * from {{ published('brg_scarcity_premium') }}
)

select
    {%- for column in key %}
    signs.{{ column }},
    {%- endfor %}
    'premium: ' || premium_inputs.step as step,
    premium_inputs.input_table,
    premium_inputs.input_key,
    premium_inputs.weight,
from signs
inner join premium_inputs
    on
        {%- for column in key %}
        {% if not loop.first %}and {% endif %}signs.{{ column }} = premium_inputs.{{ column }}
        {%- endfor %}

union all

select
    {{ key | join(',\n    ') }},
    'premium' as step,
    'fct_scarcity_premium' as input_table,
    {{ row_key(key) }} as input_key,
    cast(null as double) as weight,
from signs
where premium_p50 is not null

union all

select
    {{ key | join(',\n    ') }},
    'tightness' as step,
    'fct_tightness' as input_table,
    {{ row_key(['quarter_start', 'region_id']) }} as input_key,
    cast(null as double) as weight,
from signs
where tightness_quantity_p50 is not null or tightness_price_p50 is not null

union all

select
    {{ key | join(',\n    ') }},
    'load' as step,
    'fct_compute_load' as input_table,
    {{ row_key({
        'quarter_start': 'quarter_start',
        'region_id': 'region_id',
        'access': "'merchant'",
        'scenario_id': "'baseline'",
    }) }} as input_key,
    cast(null as double) as weight,
from signs
where load_wanted_p50 is not null

{%- for workload in ['training_large', 'training_small', 'inference'] %}

union all

select
    {{ key | join(',\n    ') }},
    'balances' as step,
    'fct_compute_balance' as input_table,
    {{ row_key({
        'quarter_start': 'quarter_start',
        'region_id': 'region_id',
        'workload_id': "'" ~ workload ~ "'",
        'access': "'merchant'",
        'scenario_id': "'baseline'",
    }) }} as input_key,
    cast(null as double) as weight,
from signs
where {{ workload }}_shortage_probability is not null
{%- endfor %}
