-- The short way against the long one: what a scenario leaves of China's stock and usable supply, as
-- the baseline less effects, against the whole chain computed anew from the flows of its world
-- (arrivals that it does not touch, plus what would have come), on the first draws. The world of a
-- scenario is thereby a world like the baseline, and the published impact is the difference of two.
with draws as (
    select draw from {{ ref('int_inputs__draws') }} where draw < 5
),

baseline_flows as (
    select
        quarter_start,
        origin,
        draw,
        h100e_training,
        h100e_training_grade,
        h100e_inference,
    from {{ ref('int_supply__flows') }}
    where
        region_id = 'CN'
        and draw in (select draw from draws)
),

changes as (
    select
        scenario_id,
        quarter_start,
        origin,
        draw,
        counterfactual_h100e_training - actual_h100e_training as h100e_training,
        counterfactual_h100e_training_grade - actual_h100e_training_grade as h100e_training_grade,
        counterfactual_h100e_inference - actual_h100e_inference as h100e_inference,
    from {{ ref('int_balance__changed_flows') }}
    where draw in (select draw from draws)
),

scenarios as (
    select scenario_id from changes group by scenario_id
),

worlds as (
    select scenarios.scenario_id, baseline_flows.*
    from scenarios
    cross join baseline_flows
    union all by name
    select * from changes
),

from_flows as (
    select
        worlds.scenario_id,
        quarters.quarter_start,
        worlds.origin,
        worlds.draw,
        sum(worlds.h100e_training * kernels.deployed_share) as training,
        sum(worlds.h100e_training_grade * kernels.deployed_share) as training_grade,
        sum(worlds.h100e_inference * kernels.deployed_share) as inference,
    from worlds
    inner join {{ ref('int_reference__quarters') }} as quarters
        on worlds.quarter_start <= quarters.quarter_start
    inner join {{ ref('int_supply__kernels') }} as kernels
        on
            kernels.region_id = 'CN'
            and worlds.draw = kernels.draw
            and kernels.age_quarters
            = date_diff('quarter', worlds.quarter_start, quarters.quarter_start)
    group by all
),

from_opening as (
    select
        survival.quarter_start,
        opening.origin,
        opening.draw,
        sum(opening.units * survival.surviving_share * chip_draws.h100e_training) as training,
        sum(opening.units * survival.surviving_share * chip_draws.h100e_training)
            filter (where chip_draws.is_training_grade) as training_grade,
        sum(opening.units * survival.surviving_share * chip_draws.h100e_inference) as inference,
    from {{ ref('int_supply__opening_stock') }} as opening
    inner join {{ ref('int_supply__opening_survival') }} as survival
        on opening.chip_id = survival.chip_id and opening.draw = survival.draw
    inner join {{ ref('int_supply__chip_draws') }} as chip_draws
        on opening.chip_id = chip_draws.chip_id and opening.draw = chip_draws.draw
    where opening.region_id = 'CN'
    group by all
),

stock as (
    select
        from_flows.scenario_id,
        from_flows.quarter_start,
        from_flows.origin,
        from_flows.draw,
        from_flows.training + coalesce(from_opening.training, 0) as training,
        from_flows.training_grade + coalesce(from_opening.training_grade, 0) as training_grade,
        from_flows.inference + coalesce(from_opening.inference, 0) as inference,
    from from_flows
    left join from_opening using (quarter_start, origin, draw)
),

expected as (
    select
        stock.scenario_id,
        stock.quarter_start,
        stock.draw,
        sum(stock.training) as deployed_training,
        sum(
            stock.training_grade * shares.powered_share * shares.large_cluster_share
            * shares.software_factor * work.large_utilisation * work.large_goodput
            * large.occupancy
        ) as usable_large,
        sum(
            stock.inference * shares.powered_share * shares.software_factor
            * serving.merchant_occupancy
        ) as merchant_inference,
    from stock
    inner join {{ ref('int_supply__region_shares') }} as shares
        on
            shares.region_id = 'CN'
            and stock.quarter_start = shares.quarter_start
            and stock.origin = shares.origin
            and stock.draw = shares.draw
    inner join {{ ref('int_supply__work_factors') }} as work
        on stock.origin = work.origin and stock.draw = work.draw
    inner join {{ ref('int_supply__owner_factors') }} as large
        on
            large.region_id = 'CN'
            and large.workload_id = 'training_large'
            and stock.origin = large.origin
            and stock.draw = large.draw
    inner join {{ ref('int_supply__owner_factors') }} as serving
        on
            serving.region_id = 'CN'
            and serving.workload_id = 'inference'
            and stock.origin = serving.origin
            and stock.draw = serving.draw
    group by all
)

select
    expected.*,
    world.deployed_training as found_deployed_training,
    world.usable_large as found_usable_large,
    world.merchant_inference as found_merchant_inference,
from expected
inner join {{ ref('int_balance__scenario_supply') }} as world
    on
        world.region_id = 'CN'
        and expected.scenario_id = world.scenario_id
        and expected.quarter_start = world.quarter_start
        and expected.draw = world.draw
where
    abs(expected.deployed_training - world.deployed_training) > 1
    or abs(expected.usable_large - world.usable_large) > 1
    or abs(expected.merchant_inference - world.merchant_inference) > 1
