-- Tightness of a region in a quarter as each side reads it, on every draw, before smoothing: the
-- logarithm of the load that is wanted (quantity), and of what all price indicators of the quarter say
-- together, weighted by noise and lasting error (price). `noise_variance` is what a reading is off from
-- one quarter to the next; lasting error is in the draws.
with loads as (
    select * from {{ ref('int_balance__load_draws') }}
    where
        access = 'all'
        and scenario_id = 'baseline'
        and region_id <> 'WORLD'
),

price_signs as (
    select * from {{ ref('int_tightness__price_signs') }}
),

quantity_noise as (
    select tightness_quantity_noise as log_sd
    from {{ constant_points('tightness_quantity_noise') }}
),

indicator_weights as (
    select * from {{ ref('int_tightness__indicator_weights') }}
),

weight_sums as (
    select
        region_id,
        quarter_start,
        sum(weight order by indicator, chip_id) as weight,
        sum(pow(weight * noise_log_sd, 2) order by indicator, chip_id) as noise,
        count(*) as indicators,
    from indicator_weights
    group by region_id, quarter_start
),

price as (
    select
        price_signs.region_id,
        price_signs.quarter_start,
        price_signs.draw,
        {{ exact_sum('price_signs.log_tightness * indicator_weights.weight', 8) }}
        / any_value(weight_sums.weight) as log_tightness,
        any_value(weight_sums.noise / pow(weight_sums.weight, 2)) as noise_variance,
        any_value(weight_sums.indicators) as indicators,
    from price_signs
    inner join indicator_weights
        on
            price_signs.region_id = indicator_weights.region_id
            and price_signs.quarter_start = indicator_weights.quarter_start
            and price_signs.indicator = indicator_weights.indicator
            and price_signs.chip_id = indicator_weights.chip_id
    inner join weight_sums
        on
            price_signs.region_id = weight_sums.region_id
            and price_signs.quarter_start = weight_sums.quarter_start
    group by price_signs.region_id, price_signs.quarter_start, price_signs.draw
)

select
    'price' as side,
    region_id,
    quarter_start,
    draw,
    log_tightness,
    noise_variance,
    indicators,
from price

union all

select
    'quantity' as side,
    loads.region_id,
    loads.quarter_start,
    loads.draw,
    ln(loads.load_wanted) as log_tightness,
    pow(quantity_noise.log_sd, 2) as noise_variance,
    1 as indicators,
from loads
cross join quantity_noise
where loads.load_wanted > 0
