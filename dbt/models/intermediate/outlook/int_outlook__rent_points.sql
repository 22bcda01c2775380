-- What two rules say of rents on demand in the United States from each quarter on, by chip: that nothing
-- changes, and that a rent falls back towards a neutral level over the cost of the chip while that cost
-- falls. Nineteen points (5 to 95 %) of the normal distribution of the logarithm, with what came where it has
-- come. Past quarters are origins of the record, the last complete one is the present. Central values alone.
with ends as (
    select max(last_complete_quarter) as last_complete_quarter
    from {{ ref('int_outlook__quarters') }}
),

structure as (
    select *
    from {{ constant_points(
        'min_providers', 'outlook_premium_reversion', 'outlook_premium_neutral', 'outlook_cost_decline',
        'outlook_rent_noise'
    ) }}
),

rents as (
    select
        market_rents.chip_id,
        market_rents.quarter_start,
        market_rents.usd_per_gpu_hour as rent_usd,
        costs.usd_points.p50 as cost_usd,
        market_rents.known_on,
    from {{ ref('int_prices__market_rents') }} as market_rents
    inner join {{ ref('int_prices__gpu_hour_costs') }} as costs
        on
            market_rents.quarter_start = costs.quarter_start
            and market_rents.region_id = costs.region_id
            and market_rents.chip_id = costs.chip_id
    cross join ends
    cross join structure
    where
        market_rents.region_id = 'US'
        and market_rents.providers >= structure.min_providers
        and market_rents.quarter_start <= ends.last_complete_quarter
),

steps as (
    select unnest(range(1, 1 + {{ var('outlook_scored_quarters') }}))::integer as quarters_ahead
),

-- the nearest part of the distance to the neutral level is gone first
said as (
    select
        rents.chip_id,
        rents.quarter_start as origin_quarter,
        rents.quarter_start = ends.last_complete_quarter as is_present,
        rents.known_on as known_to,
        steps.quarters_ahead,
        (rents.quarter_start + to_months(3 * steps.quarters_ahead))::date as quarter_start,
        ln(rents.rent_usd) as log_no_change,
        ln(rents.rent_usd) - structure.outlook_cost_decline * steps.quarters_ahead
        - ln(rents.rent_usd / rents.cost_usd / structure.outlook_premium_neutral)
        * (1 - exp(-structure.outlook_premium_reversion * steps.quarters_ahead)) as log_reversion,
        structure.outlook_rent_noise * sqrt(steps.quarters_ahead) as log_sd,
    from rents
    cross join steps
    cross join ends
    cross join structure
),

rules as (
    select
        *,
        unnest(['no_change', 'reversion']) as rule,
        unnest([log_no_change, log_reversion]) as log_median,
    from said
),

normal_points as (
    select * from {{ outlook_normal_points() }}
),

points as (
    select
        rules.chip_id,
        rules.rule,
        rules.origin_quarter,
        rules.is_present,
        rules.known_to,
        rules.quarters_ahead,
        rules.quarter_start,
        truths.rent_usd as truth_usd,
        normal_points.probability,
        exp(rules.log_median + rules.log_sd * normal_points.z) as point,
    from rules
    left join rents as truths
        on
            rules.chip_id = truths.chip_id
            and rules.quarter_start = truths.quarter_start
    cross join normal_points
),

losses as (
    select
        *,
        {{ pinball('probability', 'point', 'truth_usd') }} as loss,
    from points
)

select
    chip_id,
    rule,
    origin_quarter,
    quarters_ahead,
    quarter_start,
    any_value(is_present) as is_present,
    any_value(known_to) as known_to,
    any_value(truth_usd) as truth_usd,
    any_value(point) filter (where probability = 0.05) as usd_p05,
    any_value(point) filter (where probability = 0.5) as usd_p50,
    any_value(point) filter (where probability = 0.95) as usd_p95,
    2 * avg(loss order by probability) as crps_log,
from losses
group by chip_id, rule, origin_quarter, quarters_ahead, quarter_start
