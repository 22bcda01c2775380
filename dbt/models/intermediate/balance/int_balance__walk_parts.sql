-- The way from delivered chips to usable and offered compute on the central path (draw 0), by owner
-- and origin and for each kind of work: the amounts and the factors between them, so that a figure
-- of supply can be worked out again by hand. The factors are those of the supply steps.
with stock as (
    select * from {{ ref('int_supply__stock') }} where draw = 0 and scenario_id = 'baseline'
),

region_shares as (
    select * from {{ ref('int_supply__region_shares') }} where draw = 0
),

work_factors as (
    select * from {{ ref('int_supply__work_factors') }} where draw = 0
),

owner_factors as (
    select * from {{ ref('int_supply__owner_factors') }} where draw = 0
),

vendor_coverage as (
    select * from {{ ref('int_shipments__vendor_coverage') }}
),

powered as (
    select
        stock.*,
        region_shares.powered_share,
        region_shares.large_cluster_share,
        region_shares.software_factor,
        stock.deployed_training * region_shares.powered_share as powered_training,
        stock.deployed_training_grade * region_shares.powered_share as powered_training_grade,
        stock.deployed_inference * region_shares.powered_share as powered_inference,
        work_factors.large_utilisation,
        work_factors.large_goodput,
        work_factors.small_utilisation,
        work_factors.small_goodput,
    from stock
    inner join region_shares
        on
            stock.quarter_start = region_shares.quarter_start
            and stock.region_id = region_shares.region_id
            and stock.origin = region_shares.origin
    inner join work_factors on stock.origin = work_factors.origin
    -- without any count of shipments there is no stock, as in the supply of a region
    where exists (select 1 from vendor_coverage)
),

by_workload as (
    select
        *,
        'training_large' as workload_id,
        nominal_training as nominal,
        deployed_training as deployed,
        powered_training as powered,
        powered_training_grade as training_grade,
        powered_training_grade * large_cluster_share as suitable,
        large_cluster_share as cluster_share,
        large_utilisation as utilisation,
        large_goodput as goodput,
        large_utilisation * large_goodput * software_factor as work_factor,
    from powered

    union all

    select
        *,
        'training_small' as workload_id,
        nominal_training as nominal,
        deployed_training as deployed,
        powered_training as powered,
        powered_training_grade as training_grade,
        powered_training_grade as suitable,
        null::double as cluster_share,
        small_utilisation as utilisation,
        small_goodput as goodput,
        small_utilisation * small_goodput * software_factor as work_factor,
    from powered

    union all

    select
        *,
        'inference' as workload_id,
        nominal_inference as nominal,
        deployed_inference as deployed,
        powered_inference as powered,
        null::double as training_grade,
        powered_inference as suitable,
        null::double as cluster_share,
        null::double as utilisation,
        null::double as goodput,
        software_factor as work_factor,
    from powered
)

select
    by_workload.quarter_start,
    by_workload.region_id,
    by_workload.owner,
    by_workload.origin,
    by_workload.workload_id,
    by_workload.nominal,
    by_workload.deployed,
    by_workload.powered_share,
    by_workload.powered,
    by_workload.training_grade,
    by_workload.cluster_share,
    by_workload.suitable,
    by_workload.utilisation,
    by_workload.goodput,
    by_workload.software_factor,
    owner_factors.occupancy,
    by_workload.suitable * by_workload.work_factor * owner_factors.occupancy as usable,
    owner_factors.merchant_occupancy / nullif(owner_factors.occupancy, 0) as merchant_share,
    by_workload.suitable * by_workload.work_factor * owner_factors.merchant_occupancy as merchant,
from by_workload
inner join owner_factors
    on
        by_workload.region_id = owner_factors.region_id
        and by_workload.owner = owner_factors.owner
        and by_workload.origin = owner_factors.origin
        and by_workload.workload_id = owner_factors.workload_id
