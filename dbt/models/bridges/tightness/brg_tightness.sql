-- Behind the tightness of a region: the wanted load of every quarter that the smoother looks at, and
-- the rents and costs of its price indicators, each with its part of the smoothed level of its side.
{%- set key = ['quarter_start', 'region_id'] %}
with tightness as (
    select * from {{ published('fct_tightness') }}
),

smoothing_weights as (
    select * from {{ ref('int_tightness__smoothing_weights') }}
),

indicator_weights as (
    select * from {{ ref('int_tightness__indicator_weights') }}
),

stated_rents as (
    select * from {{ ref('int_prices__stated_rents') }}
),

price_index as (
    select * from {{ published('fct_rental_price_index') }}
),

-- what a reading of an indicator counts for in the smoothed level of a quarter
indicators as (
    select
        smoothing_weights.quarter_start,
        smoothing_weights.region_id,
        smoothing_weights.reading_quarter,
        indicator_weights.indicator,
        indicator_weights.chip_id,
        smoothing_weights.weight * indicator_weights.share as weight,
    from smoothing_weights
    inner join indicator_weights
        on
            smoothing_weights.region_id = indicator_weights.region_id
            and smoothing_weights.reading_quarter = indicator_weights.quarter_start
    where smoothing_weights.side = 'price'
),

stated as (
    select
        *,
        1.0 / count(*) over (
            partition by quarter_start, region_id, indicator, chip_id
        ) as part,
    from stated_rents
),

inputs as (
    select
        quarter_start,
        region_id,
        'by quantities' as step,
        'fct_compute_load' as input_table,
        {{ row_key({
            'quarter_start': 'reading_quarter',
            'region_id': 'region_id',
            'access': "'all'",
            'scenario_id': "'baseline'",
        }) }} as input_key,
        weight,
    from smoothing_weights
    where side = 'quantity'

    union all

    select
        indicators.quarter_start,
        indicators.region_id,
        'by prices: ' || indicators.indicator || ': rent' as step,
        'contract_rents__contract_rents' as input_table,
        stated.rent_id as input_key,
        indicators.weight * stated.part as weight,
    from indicators
    inner join stated
        on
            indicators.reading_quarter = stated.quarter_start
            and indicators.region_id = stated.region_id
            and indicators.indicator = stated.indicator
            and indicators.chip_id = stated.chip_id

    union all

    -- medians of what providers ask stand as the rent of the premium
    select
        quarter_start,
        region_id,
        'by prices: ' || indicator || ': rent' as step,
        'fct_scarcity_premium' as input_table,
        {{ row_key({
            'quarter_start': 'reading_quarter',
            'region_id': 'region_id',
            'chip_id': 'chip_id',
        }) }} as input_key,
        weight,
    from indicators
    where indicator in ('list', 'cn')

    union all

    select
        indicators.quarter_start,
        indicators.region_id,
        'by prices: spot: rent' as step,
        'fct_rental_price_index' as input_table,
        {{ row_key({
            'month_start': 'price_index.month_start',
            'region_id': 'price_index.region_id',
            'chip_id': 'price_index.chip_id',
            'commitment': 'price_index.commitment',
        }) }} as input_key,
        cast(null as double) as weight,
    from indicators
    inner join price_index
        on
            indicators.reading_quarter = date_trunc('quarter', price_index.month_start)
            and indicators.region_id = price_index.region_id
            and indicators.chip_id = price_index.chip_id
            and price_index.commitment in ('spot', 'on_demand')
    where indicators.indicator = 'spot'

    union all

    select
        quarter_start,
        region_id,
        'by prices: ' || indicator || ': cost' as step,
        'fct_gpu_hour_cost' as input_table,
        {{ row_key({
            'quarter_start': 'reading_quarter',
            'region_id': 'region_id',
            'chip_id': 'chip_id',
        }) }} as input_key,
        -weight as weight,
    from indicators
    where indicator <> 'spot'
)

select
    {%- for column in key %}
    inputs.{{ column }},
    {%- endfor %}
    inputs.step,
    inputs.input_table,
    inputs.input_key,
    inputs.weight,
from inputs
inner join tightness
    on
        inputs.quarter_start = tightness.quarter_start
        and inputs.region_id = tightness.region_id
