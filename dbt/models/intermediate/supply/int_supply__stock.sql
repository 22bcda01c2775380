-- What stands at the end of a quarter by region, owner and origin, on every draw and scenario:
-- delivered and not retired (nominal), and of that what is deployed. Deliveries pass through the
-- region's kernel; the opening stock ages without one.
with flows as (
    select * from {{ ref('int_supply__flows') }}
),

kernels as (
    select * from {{ ref('int_supply__kernels') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

opening_stock as (
    select * from {{ ref('int_supply__opening_stock') }}
),

opening_survival as (
    select * from {{ ref('int_supply__opening_survival') }}
),

chip_draws as (
    select * from {{ ref('int_supply__chip_draws') }}
),

scenarios as (
    select scenario_id
    from flows
    group by scenario_id
),

from_flows as (
    select
        flows.scenario_id,
        quarters.quarter_start,
        flows.region_id,
        flows.owner,
        flows.origin,
        flows.draw,
        flows.h100e_training * kernels.surviving_share as nominal_training,
        flows.h100e_inference * kernels.surviving_share as nominal_inference,
        flows.h100e_8bit * kernels.deployed_share as deployed_8bit,
        flows.h100e_training * kernels.deployed_share as deployed_training,
        flows.h100e_training_grade * kernels.deployed_share as deployed_training_grade,
        flows.h100e_inference * kernels.deployed_share as deployed_inference,
        flows.h100e_inference_grade * kernels.deployed_share as deployed_inference_grade,
        flows.it_power_mw * kernels.deployed_share as deployed_it_power_mw,
    from flows
    inner join quarters on flows.quarter_start <= quarters.quarter_start
    inner join kernels
        on
            flows.region_id = kernels.region_id
            and flows.draw = kernels.draw
            and date_diff('quarter', flows.quarter_start, quarters.quarter_start)
            = kernels.age_quarters
),

from_opening as (
    select
        opening_survival.quarter_start,
        opening_stock.region_id,
        opening_stock.owner,
        opening_stock.origin,
        opening_stock.draw,
        opening_stock.units * opening_survival.surviving_share as units,
        chip_draws.h100e_8bit,
        chip_draws.h100e_training,
        case when chip_draws.is_training_grade then chip_draws.h100e_training else 0 end
            as h100e_training_grade,
        chip_draws.h100e_inference,
        case when chip_draws.is_training_grade then chip_draws.h100e_inference else 0 end
            as h100e_inference_grade,
        chip_draws.it_power_w / 1e6 as it_power_mw,
    from opening_stock
    inner join opening_survival
        on
            opening_stock.chip_id = opening_survival.chip_id
            and opening_stock.draw = opening_survival.draw
    inner join chip_draws
        on
            opening_stock.chip_id = chip_draws.chip_id
            and opening_stock.draw = chip_draws.draw
),

parts as (
    select * from from_flows

    union all

    select
        scenarios.scenario_id,
        from_opening.quarter_start,
        from_opening.region_id,
        from_opening.owner,
        from_opening.origin,
        from_opening.draw,
        from_opening.units * from_opening.h100e_training as nominal_training,
        from_opening.units * from_opening.h100e_inference as nominal_inference,
        from_opening.units * from_opening.h100e_8bit as deployed_8bit,
        from_opening.units * from_opening.h100e_training as deployed_training,
        from_opening.units * from_opening.h100e_training_grade as deployed_training_grade,
        from_opening.units * from_opening.h100e_inference as deployed_inference,
        from_opening.units * from_opening.h100e_inference_grade as deployed_inference_grade,
        from_opening.units * from_opening.it_power_mw as deployed_it_power_mw,
    from from_opening
    cross join scenarios
)

select
    scenario_id,
    quarter_start,
    region_id,
    owner,
    origin,
    draw,
    {{ exact_sum('nominal_training') }} as nominal_training,
    {{ exact_sum('nominal_inference') }} as nominal_inference,
    {{ exact_sum('deployed_8bit') }} as deployed_8bit,
    {{ exact_sum('deployed_training') }} as deployed_training,
    {{ exact_sum('deployed_training_grade') }} as deployed_training_grade,
    {{ exact_sum('deployed_inference') }} as deployed_inference,
    {{ exact_sum('deployed_inference_grade') }} as deployed_inference_grade,
    {{ exact_sum('deployed_it_power_mw', 6) }} as deployed_it_power_mw,
from parts
group by scenario_id, quarter_start, region_id, owner, origin, draw
