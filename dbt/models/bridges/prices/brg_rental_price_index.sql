-- Behind a month of the index: the readings between which its offers stepped over the month, the
-- later ones with their part in the mean, the earlier ones with its negative. The month in which a
-- series begins has no step, and shows without weight what the first one starts at.
{%- set series = ['region_id', 'chip_id', 'commitment'] %}
{%- set key = ['month_start'] + series %}
with steps as (
    select * from {{ published('brg_rental_step') }}
),

readings as (
    select * from {{ published('brg_rental_reading') }}
),

index_months as (
    select * from {{ published('fct_rental_price_index') }}
),

by_region as (
    {{ in_region_and_world('steps') }}
),

spread as (
    select
        *,
        {{ step_months() }} as month_start,
    from by_region
),

weighted as (
    select
        {{ key | join(',\n        ') }},
        offer_key,
        read_month,
        month_before,
        {{ provider_share(key) }} as weight,
    from spread

    union all

    select
        index_months.month_start,
        {%- for column in series %}
        index_months.{{ column }},
        {%- endfor %}
        by_region.offer_key,
        by_region.read_month,
        by_region.month_before,
        0.0 as weight,
    from index_months
    inner join by_region
        on
            index_months.month_start = by_region.month_before
            {%- for column in series %}
            and index_months.{{ column }} = by_region.{{ column }}
            {%- endfor %}
    where index_months.matched_offers = 0
),

sides as (
    select
        * exclude (month_before, read_month),
        read_month as shown_month,
    from weighted

    union all

    select
        * exclude (month_before, read_month) replace (0.0 - weight as weight),
        month_before as shown_month,
    from weighted
)

select
    {%- for column in key %}
    sides.{{ column }},
    {%- endfor %}
    'step of the month' as step,
    'fct_rental_offer' as input_table,
    readings.offer_id as input_key,
    sides.weight * readings.weight as weight,
from sides
inner join readings
    on
        sides.offer_key = readings.offer_key
        and sides.shown_month = readings.month_start

union all

-- the level is that of the month before, moved by the step
select
    {{ key | join(',\n    ') }},
    'level before' as step,
    'fct_rental_price_index' as input_table,
    {{ row_key({
        'month_start': '(month_start - interval 1 month)::date',
        'region_id': 'region_id',
        'chip_id': 'chip_id',
        'commitment': 'commitment',
    }) }} as input_key,
    cast(null as double) as weight,
from index_months
where matched_offers > 0

union all

{{ limit_inputs('index_months', key, ['index-max-gap', 'price-jump-limit', 'index-min-providers']) }}
