-- What rents say of tightness, by region, quarter and indicator, on every draw: the logarithm of rent
-- over cost floor, less the level at which such a rent is neutral, over how strongly rents answer to
-- tightness. Spot prices are read against on-demand prices in place of cost. Nothing here reads supply
-- or demand; neutral levels and responses are judgements that were fitted to neither.
with rents as (
    select * from {{ ref('int_prices__indicator_rents') }}
),

cost_draws as (
    select * from {{ ref('int_prices__gpu_hour_cost_draws') }}
),

responses as (
    select * from {{ constant_draws('price_response', 'spot_response', 'spot_neutral_ratio') }}
),

neutral_levels as (
    select
        indicator,
        draw,
        value as neutral_premium,
    from {{ assumption_draws('neutral_premium') }}
),

noises as (
    select
        indicator,
        valid_from,
        valid_to,
        value_central as log_sd,
    from {{ assumption_points('indicator_noise') }}
),

provider_noises as (
    select
        indicator,
        value_central as log_sd,
    from {{ assumption_points('indicator_noise_per_provider') }}
),

signs as (
    select
        rents.region_id,
        rents.quarter_start,
        rents.indicator,
        rents.chip_id,
        cost_draws.draw,
        (rents.log_rent - ln(cost_draws.usd) - ln(neutral_levels.neutral_premium))
        / responses.price_response as log_tightness,
    from rents
    inner join cost_draws
        on
            rents.quarter_start = cost_draws.quarter_start
            and rents.region_id = cost_draws.region_id
            and rents.chip_id = cost_draws.chip_id
    inner join neutral_levels
        on
            rents.indicator = neutral_levels.indicator
            and cost_draws.draw = neutral_levels.draw
    inner join responses on cost_draws.draw = responses.draw
    where rents.indicator <> 'spot'

    union all

    select
        rents.region_id,
        rents.quarter_start,
        rents.indicator,
        rents.chip_id,
        responses.draw,
        (rents.log_rent - ln(responses.spot_neutral_ratio)) / responses.spot_response
            as log_tightness,
    from rents
    cross join responses
    where rents.indicator = 'spot'
)

select
    signs.region_id,
    signs.quarter_start,
    signs.indicator,
    signs.chip_id,
    signs.draw,
    signs.log_tightness,
    noises.log_sd + coalesce(provider_noises.log_sd / sqrt(rents.providers), 0) as noise_log_sd,
from signs
inner join rents
    on
        signs.region_id = rents.region_id
        and signs.quarter_start = rents.quarter_start
        and signs.indicator = rents.indicator
        and signs.chip_id = rents.chip_id
inner join noises
    on
        signs.indicator = noises.indicator
        and coalesce(noises.valid_from <= signs.quarter_start, true)
        and coalesce(noises.valid_to > signs.quarter_start, true)
left join provider_noises on signs.indicator = provider_noises.indicator
