-- Behind a premium: the offers of the rent, the steps of the index that moved it where the quarter
-- is too thin, lists of hyperscalers beside it, and all behind the cost.
{%- set key = ['quarter_start', 'region_id', 'chip_id'] %}
with premiums as (
    select * from {{ published('fct_scarcity_premium') }}
),

offers as (
    select * from {{ published('fct_rental_offer') }}
),

price_index as (
    select * from {{ published('fct_rental_price_index') }}
),

index_inputs as (
    select * from {{ published('brg_rental_price_index') }}
),

cost_inputs as (
    select * from {{ published('brg_gpu_hour_cost') }}
),

{{ quarter_offers('offers', 'by_region') }},

shared as (
    select
        *,
        {{ provider_share(key + ['is_hyperscaler']) }} as weight,
    from by_region
),

quarter_series as (
    {{ quarter_index('price_index') }}
),

-- the months of both quarters in the series that joins them; of the log change between any two
-- months counts what the means over the months of either quarter take of it
chain_months as (
    select
        premiums.quarter_start,
        premiums.region_id,
        premiums.chip_id,
        premiums.price_region_id,
        price_index.month_start,
        case
            when date_trunc('quarter', price_index.month_start) = premiums.quarter_start then 1.0
            else -1.0
        end
        / count(*) over (
            partition by
                premiums.quarter_start,
                premiums.region_id,
                premiums.chip_id,
                date_trunc('quarter', price_index.month_start)
        ) as weight,
    from premiums
    inner join quarter_series
        on
            premiums.quarter_start = quarter_series.quarter_start
            and premiums.chip_id = quarter_series.chip_id
            and premiums.price_region_id = quarter_series.region_id
    inner join price_index
        on
            premiums.chip_id = price_index.chip_id
            and premiums.price_region_id = price_index.region_id
            and quarter_series.series_start = price_index.series_start
            and price_index.commitment = 'on_demand'
            and date_trunc('quarter', price_index.month_start)
            in (premiums.quarter_start, premiums.anchor_quarter)
    where premiums.is_chained
),

chains as (
    select
        {{ key | join(',\n        ') }},
        price_region_id,
        min(month_start) as first_month,
        max(month_start) as last_month,
    from chain_months
    group by all
),

chain_steps as (
    select
        {%- for column in key %}
        chains.{{ column }},
        {%- endfor %}
        index_inputs.input_table,
        index_inputs.input_key,
        index_inputs.weight * (
            select sum(chain_months.weight)
            from chain_months
            where
                chain_months.month_start >= index_inputs.month_start
                {%- for column in key %}
                and chain_months.{{ column }} = chains.{{ column }}
                {%- endfor %}
        ) as weight,
    from chains
    inner join index_inputs
        on
            chains.chip_id = index_inputs.chip_id
            and chains.price_region_id = index_inputs.region_id
            and index_inputs.commitment = 'on_demand'
            and index_inputs.step = 'step of the month'
            and chains.first_month < index_inputs.month_start
            and chains.last_month >= index_inputs.month_start
)

select
    {%- for column in key %}
    premiums.{{ column }},
    {%- endfor %}
    case when shared.is_hyperscaler then 'hyperscaler list' else 'rent' end as step,
    'fct_rental_offer' as input_table,
    shared.offer_id as input_key,
    shared.weight,
from premiums
inner join shared
    on
        premiums.chip_id = shared.chip_id
        and premiums.price_region_id = shared.region_id
        and shared.quarter_start = case
            when shared.is_hyperscaler then premiums.quarter_start
            else coalesce(premiums.anchor_quarter, premiums.quarter_start)
        end

union all

select
    {{ key | join(',\n    ') }},
    'index steps' as step,
    input_table,
    input_key,
    weight,
from chain_steps

union all

select
    {{ key | join(',\n    ') }},
    'index steps' as step,
    'fct_rental_price_index' as input_table,
    {{ row_key({
        'month_start': 'unnest([first_month, last_month])',
        'region_id': 'price_region_id',
        'chip_id': 'chip_id',
        'commitment': "'on_demand'",
    }) }} as input_key,
    cast(null as double) as weight,
from chains

union all

{{ limit_inputs(
    'chains',
    key,
    ['index-max-gap', 'price-jump-limit', 'index-min-providers'],
    'index steps: assumptions'
) }}

union all

select
    {%- for column in key %}
    premiums.{{ column }},
    {%- endfor %}
    'cost: ' || cost_inputs.step as step,
    cost_inputs.input_table,
    cost_inputs.input_key,
    cost_inputs.weight,
from premiums
inner join cost_inputs
    on
        {%- for column in key %}
        {% if not loop.first %}and {% endif %}premiums.{{ column }} = cost_inputs.{{ column }}
        {%- endfor %}

union all

select
    {{ key | join(',\n    ') }},
    'cost' as step,
    'fct_gpu_hour_cost' as input_table,
    {{ row_key(key) }} as input_key,
    cast(null as double) as weight,
from premiums
