-- The steps of supply by region, on every draw and scenario. Up to `suitable` they count chips in
-- H100 equivalents; `usable` and `merchant` count H100 that are always busy at the reference
-- utilisation. Beside them stand the potentials by which the balance shares chips out: powered
-- stock weighted by inference, all of it, the part fit for training, and the part in large
-- clusters.
with stock as (
    select * from {{ ref('int_supply__stock') }}
),

region_shares as (
    select * from {{ ref('int_supply__region_shares') }}
),

work_factors as (
    select * from {{ ref('int_supply__work_factors') }}
),

owner_factors as (
    select * from {{ ref('int_supply__owner_factors') }}
),

vendor_coverage as (
    select * from {{ ref('int_shipments__vendor_coverage') }}
),

factors as (
    select
        owner_factors.region_id,
        owner_factors.owner,
        owner_factors.origin,
        owner_factors.draw,
        max(owner_factors.occupancy) filter (where owner_factors.workload_id = 'training_large')
            as large_occupancy,
        max(owner_factors.merchant_occupancy) filter (
            where owner_factors.workload_id = 'training_large'
        ) as large_merchant_occupancy,
        max(owner_factors.merchant_share) filter (
            where owner_factors.workload_id = 'training_large'
        ) as large_merchant_share,
        max(owner_factors.occupancy) filter (where owner_factors.workload_id = 'training_small')
            as small_occupancy,
        max(owner_factors.merchant_occupancy) filter (
            where owner_factors.workload_id = 'training_small'
        ) as small_merchant_occupancy,
        max(owner_factors.merchant_share) filter (
            where owner_factors.workload_id = 'training_small'
        ) as small_merchant_share,
        max(owner_factors.occupancy) filter (where owner_factors.workload_id = 'inference')
            as inference_occupancy,
        max(owner_factors.merchant_occupancy) filter (
            where owner_factors.workload_id = 'inference'
        ) as inference_merchant_occupancy,
        max(owner_factors.merchant_share) filter (where owner_factors.workload_id = 'inference')
            as inference_merchant_share,
    from owner_factors
    group by
        owner_factors.region_id, owner_factors.owner, owner_factors.origin, owner_factors.draw
),

steps as (
    select
        stock.scenario_id,
        stock.quarter_start,
        stock.region_id,
        stock.draw,
        stock.nominal_training,
        stock.nominal_inference,
        stock.deployed_8bit,
        stock.deployed_it_power_mw,
        stock.deployed_training,
        stock.deployed_inference,
        stock.deployed_8bit * region_shares.powered_share as powered_8bit,
        stock.deployed_training * region_shares.powered_share as powered_training,
        stock.deployed_training_grade * region_shares.powered_share as suitable_small,
        stock.deployed_training_grade * region_shares.powered_share
        * region_shares.large_cluster_share as suitable_large,
        stock.deployed_inference * region_shares.powered_share as suitable_inference,
        stock.deployed_inference_grade * region_shares.powered_share as potential_grade,
        stock.deployed_inference_grade * region_shares.powered_share
        * region_shares.large_cluster_share as potential_large,
        work_factors.large_utilisation * work_factors.large_goodput
        * region_shares.software_factor as large_factor,
        work_factors.small_utilisation * work_factors.small_goodput
        * region_shares.software_factor as small_factor,
        region_shares.software_factor as inference_factor,
        factors.*,
    from stock
    inner join region_shares
        on
            stock.quarter_start = region_shares.quarter_start
            and stock.region_id = region_shares.region_id
            and stock.origin = region_shares.origin
            and stock.draw = region_shares.draw
    inner join work_factors
        on
            stock.origin = work_factors.origin
            and stock.draw = work_factors.draw
    inner join factors
        on
            stock.region_id = factors.region_id
            and stock.owner = factors.owner
            and stock.origin = factors.origin
            and stock.draw = factors.draw
)

-- Without any count of shipments the judged pieces alone would look like a stock: then there is
-- none.
select
    steps.scenario_id,
    steps.quarter_start,
    steps.region_id,
    steps.draw,
    {{ exact_sum('steps.deployed_8bit') }} as deployed_8bit,
    {{ exact_sum('steps.deployed_it_power_mw', 6) }} as deployed_it_power_mw,
    {{ exact_sum('steps.nominal_training') }} as nominal_training,
    {{ exact_sum('steps.nominal_inference') }} as nominal_inference,
    {{ exact_sum('steps.deployed_training') }} as deployed_training,
    {{ exact_sum('steps.deployed_inference') }} as deployed_inference,
    {{ exact_sum('steps.powered_8bit') }} as powered_8bit,
    {{ exact_sum('steps.powered_training') }} as powered_training,
    {{ exact_sum('steps.suitable_inference') }} as powered_inference,
    {{ exact_sum('steps.suitable_large') }} as suitable_large,
    {{ exact_sum('steps.suitable_small') }} as suitable_small,
    {{ exact_sum('steps.suitable_inference') }} as suitable_inference,
    {{ exact_sum('steps.suitable_large * steps.large_factor * steps.large_occupancy') }}
        as usable_large,
    {{ exact_sum('steps.suitable_small * steps.small_factor * steps.small_occupancy') }}
        as usable_small,
    {{ exact_sum(
        'steps.suitable_inference * steps.inference_factor * steps.inference_occupancy'
    ) }} as usable_inference,
    {{ exact_sum('steps.suitable_large * steps.large_factor * steps.large_merchant_occupancy') }}
        as merchant_large,
    {{ exact_sum('steps.suitable_small * steps.small_factor * steps.small_merchant_occupancy') }}
        as merchant_small,
    {{ exact_sum(
        'steps.suitable_inference * steps.inference_factor * steps.inference_merchant_occupancy'
    ) }} as merchant_inference,
    {{ exact_sum('steps.potential_grade') }} as potential_grade,
    {{ exact_sum('steps.potential_large') }} as potential_large,
    {{ exact_sum('steps.suitable_inference * steps.inference_merchant_share') }}
        as merchant_potential_all,
    {{ exact_sum('steps.potential_grade * steps.small_merchant_share') }}
        as merchant_potential_grade,
    {{ exact_sum('steps.potential_large * steps.large_merchant_share') }}
        as merchant_potential_large,
from steps
where exists (select 1 from vendor_coverage)
group by steps.scenario_id, steps.quarter_start, steps.region_id, steps.draw
