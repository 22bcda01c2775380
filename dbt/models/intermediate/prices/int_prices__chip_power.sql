-- IT power that a chip draws with its share of server and network, per draw: its own row, else its
-- thermal design power times a multiple.
with chips as (
    select * from {{ ref('int_reference__chips') }}
),

assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

assumption_draws as (
    select * from {{ ref('int_inputs__assumption_draws') }}
),

own_power as (
    select
        assumptions.chip_id,
        assumptions.assumption_id,
        assumption_draws.draw,
        assumption_draws.value as it_power_w,
    from assumptions
    inner join assumption_draws on assumptions.assumption_id = assumption_draws.assumption_id
    where assumptions.parameter = 'it_power_per_chip'
),

multiples as (
    select
        assumptions.assumption_id,
        assumption_draws.draw,
        assumption_draws.value as tdp_multiple,
    from assumptions
    inner join assumption_draws on assumptions.assumption_id = assumption_draws.assumption_id
    where assumptions.parameter = 'it_power_tdp_multiple'
)

select
    chips.chip_id,
    multiples.draw,
    coalesce(own_power.it_power_w, chips.tdp_w * multiples.tdp_multiple) / 1000 as it_power_kw,
    coalesce(own_power.assumption_id, multiples.assumption_id) as assumption_id,
    own_power.assumption_id is null as is_multiple_of_tdp,
from chips
cross join multiples
left join own_power
    on
        chips.chip_id = own_power.chip_id
        and multiples.draw = own_power.draw
where chips.tdp_w is not null or own_power.it_power_w is not null
