-- On every draw, region and world: the effects of a scenario add up to usable supply of the baseline
-- less that of the scenario, as the marts show them. The tolerance covers sums kept to a thousandth.
with effects as (
    select
        scenario_id,
        quarter_start,
        unnest([region_id, 'WORLD']) as region_id,
        draw,
        usable_large,
        usable_small,
        usable_inference,
    from {{ ref('int_balance__supply_effects') }}
),

totals as (
    select
        scenario_id,
        quarter_start,
        region_id,
        draw,
        sum(usable_large) as usable_large,
        sum(usable_small) as usable_small,
        sum(usable_inference) as usable_inference,
    from effects
    group by scenario_id, quarter_start, region_id, draw
),

supply as (
    select * from {{ ref('int_balance__supply_draws') }}
)

select
    totals.*,
    baseline.usable_large - world.usable_large as difference_large,
    baseline.usable_small - world.usable_small as difference_small,
    baseline.usable_inference - world.usable_inference as difference_inference,
from totals
inner join supply as baseline
    on
        baseline.scenario_id = 'baseline'
        and totals.quarter_start = baseline.quarter_start
        and totals.region_id = baseline.region_id
        and totals.draw = baseline.draw
left join supply as world
    on
        totals.scenario_id = world.scenario_id
        and totals.quarter_start = world.quarter_start
        and totals.region_id = world.region_id
        and totals.draw = world.draw
where
    coalesce(abs(baseline.usable_large - world.usable_large - totals.usable_large) > 0.1, true)
    or coalesce(abs(baseline.usable_small - world.usable_small - totals.usable_small) > 0.1, true)
    or coalesce(
        abs(baseline.usable_inference - world.usable_inference - totals.usable_inference) > 0.1,
        true
    )
