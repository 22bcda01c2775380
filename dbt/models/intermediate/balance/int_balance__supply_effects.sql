-- What the rules that a scenario changes did to every step of supply, on every draw, by effect: the
-- stock effects through power, suitability and use, as int_supply__region_supply takes the stock.
-- Later steps are linear in the stock, so quantity and quality still add up.
with stock_effects as (
    select * from {{ ref('int_balance__stock_effects') }}
),

region_shares as (
    select * from {{ ref('int_supply__region_shares') }}
),

work_factors as (
    select * from {{ ref('int_supply__work_factors') }}
),

factors as (
    select
        region_shares.*,
        work_factors.large_utilisation * work_factors.large_goodput * region_shares.software_factor
            as large_factor,
        work_factors.small_utilisation * work_factors.small_goodput * region_shares.software_factor
            as small_factor,
    from region_shares
    inner join work_factors
        on
            region_shares.origin = work_factors.origin
            and region_shares.draw = work_factors.draw
)

{% set powered = 'stock_effects.{} * factors.powered_share' %}
{% set in_clusters = powered ~ ' * factors.large_cluster_share' %}

select
    stock_effects.scenario_id,
    stock_effects.effect,
    stock_effects.quarter_start,
    stock_effects.region_id,
    stock_effects.draw,
    {{ exact_sum('stock_effects.nominal_training') }} as nominal_training,
    {{ exact_sum('stock_effects.nominal_inference') }} as nominal_inference,
    {{ exact_sum('stock_effects.training') }} as deployed_training,
    {{ exact_sum('stock_effects.inference') }} as deployed_inference,
    {{ exact_sum(powered.format('training')) }} as powered_training,
    {{ exact_sum(powered.format('inference')) }} as powered_inference,
    {{ exact_sum(in_clusters.format('training_grade')) }} as suitable_large,
    {{ exact_sum(powered.format('training_grade')) }} as suitable_small,
    {{ exact_sum(powered.format('inference')) }} as suitable_inference,
    {{ exact_sum(in_clusters.format('busy_large') ~ ' * factors.large_factor') }} as usable_large,
    {{ exact_sum(powered.format('busy_small') ~ ' * factors.small_factor') }} as usable_small,
    {{ exact_sum(powered.format('busy_inference') ~ ' * factors.software_factor') }}
        as usable_inference,
    {{ exact_sum(in_clusters.format('offered_busy_large') ~ ' * factors.large_factor') }}
        as merchant_large,
    {{ exact_sum(powered.format('offered_busy_small') ~ ' * factors.small_factor') }}
        as merchant_small,
    {{ exact_sum(powered.format('offered_busy_inference') ~ ' * factors.software_factor') }}
        as merchant_inference,
    {{ exact_sum(powered.format('inference_grade')) }} as potential_grade,
    {{ exact_sum(in_clusters.format('inference_grade')) }} as potential_large,
    {{ exact_sum(powered.format('offered_all')) }} as merchant_potential_all,
    {{ exact_sum(powered.format('offered_grade')) }} as merchant_potential_grade,
    {{ exact_sum(in_clusters.format('offered_large')) }} as merchant_potential_large,
from stock_effects
inner join factors
    on
        stock_effects.quarter_start = factors.quarter_start
        and stock_effects.region_id = factors.region_id
        and stock_effects.origin = factors.origin
        and stock_effects.draw = factors.draw
group by
    stock_effects.scenario_id,
    stock_effects.effect,
    stock_effects.quarter_start,
    stock_effects.region_id,
    stock_effects.draw
