-- What is left in a quarter of the chips of each quarter of delivery, and of the opening stock (no
-- quarter), by region on the central path, in H100 equivalents of 8 bits.
with flows as (
    select
        region_id,
        quarter_start,
        {{ exact_sum('h100e_8bit') }} as h100e_8bit,
    from {{ ref('int_supply__flows') }}
    where draw = 0
    group by region_id, quarter_start
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
)

select
    flows.region_id,
    flows.quarter_start as cohort_quarter,
    quarters.quarter_start,
    flows.h100e_8bit * kernels.surviving_share as nominal_h100e,
    flows.h100e_8bit * kernels.deployed_share as deployed_h100e,
from flows
inner join quarters on flows.quarter_start <= quarters.quarter_start
inner join kernels
    on
        flows.region_id = kernels.region_id
        and kernels.draw = 0
        and date_diff('quarter', flows.quarter_start, quarters.quarter_start)
        = kernels.age_quarters

union all

select
    opening_stock.region_id,
    null as cohort_quarter,
    opening_survival.quarter_start,
    {{ exact_sum(
        'opening_stock.units * opening_survival.surviving_share * chip_draws.h100e_8bit'
    ) }} as nominal_h100e,
    {{ exact_sum(
        'opening_stock.units * opening_survival.surviving_share * chip_draws.h100e_8bit'
    ) }} as deployed_h100e,
from opening_stock
inner join opening_survival
    on
        opening_stock.chip_id = opening_survival.chip_id
        and opening_stock.draw = opening_survival.draw
inner join chip_draws
    on
        opening_stock.chip_id = chip_draws.chip_id
        and opening_stock.draw = chip_draws.draw
where opening_stock.draw = 0
group by opening_stock.region_id, opening_survival.quarter_start
