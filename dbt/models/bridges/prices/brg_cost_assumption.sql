-- What each assumption of the cost floor is to it, and the part of the cost that it goes into.
with cost_assumptions as (
    select * from {{ ref('int_prices__cost_assumptions') }}
),

chip_power as (
    select * from {{ ref('int_prices__chip_power') }}
)

select distinct
    assumption_id,
    case when input = 'power_price' then 'power tariff' else 'assumptions' end as step,
    part,
    false as needs_chip_sheet,
from cost_assumptions

union all

select distinct
    assumption_id,
    'chip power' as step,
    'power' as part,
    is_multiple_of_tdp as needs_chip_sheet,
from chip_power
where draw = 0
