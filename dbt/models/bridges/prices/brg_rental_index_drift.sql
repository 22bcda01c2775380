-- Behind the drift of a year: the readings of every step of the chain between the two months, and
-- those of the offers that were read in both, with their parts in the two means.
{%- set series = ['region_id', 'chip_id', 'commitment'] %}
{%- set key = ['month_start'] + series %}
with drifts as (
    select * from {{ published('fct_rental_index_drift') }}
),

chain as (
    select * from {{ published('brg_rental_price_index') }}
    where step = 'step of the month'
),

readings as (
    select * from {{ published('brg_rental_reading') }}
),

reviews as (
    select * from {{ published('fct_rental_price_review') }}
),

offer_months as (
    select distinct
        offer_key,
        month_start,
        chip_id,
        region_id,
        provider,
        commitment,
    from readings
),

pairs as (
    select later.*,
    {{ from_year_pairs('offer_months', 'reviews') }}
),

by_region as (
    {{ in_region_and_world('pairs') }}
),

weighted as (
    select
        *,
        {{ provider_share(key) }} as weight,
    from by_region
),

sides as (
    select
        *,
        month_start as shown_month,
    from weighted

    union all

    select
        * replace (0.0 - weight as weight),
        (month_start - interval 1 year)::date as shown_month,
    from weighted
)

select
    {%- for column in key %}
    drifts.{{ column }},
    {%- endfor %}
    'chained change' as step,
    chain.input_table,
    chain.input_key,
    chain.weight,
from drifts
inner join chain
    on
        drifts.month_start >= chain.month_start
        and drifts.month_start - interval 1 year < chain.month_start
        {%- for column in series %}
        and drifts.{{ column }} = chain.{{ column }}
        {%- endfor %}

union all

select
    {%- for column in key %}
    drifts.{{ column }},
    {%- endfor %}
    'direct change' as step,
    'fct_rental_offer' as input_table,
    readings.offer_id as input_key,
    sides.weight * readings.weight as weight,
from drifts
inner join sides
    on
        {%- for column in key %}
        {% if not loop.first %}and {% endif %}drifts.{{ column }} = sides.{{ column }}
        {%- endfor %}
inner join readings
    on
        sides.offer_key = readings.offer_key
        and sides.shown_month = readings.month_start

union all

select
    {{ key | join(',\n    ') }},
    'index' as step,
    'fct_rental_price_index' as input_table,
    {{ row_key({
        'month_start': 'unnest([month_start, (month_start - interval 1 year)::date])',
        'region_id': 'region_id',
        'chip_id': 'chip_id',
        'commitment': 'commitment',
    }) }} as input_key,
    cast(null as double) as weight,
from drifts

union all

{{ limit_inputs('drifts', key, ['index-max-gap', 'price-jump-limit', 'index-min-providers']) }}
