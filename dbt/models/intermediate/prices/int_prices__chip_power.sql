-- IT power that a chip draws with its share of server and network, per draw: its own row, else its
-- thermal design power times a multiple.
with chips as (
    select * from {{ ref('int_reference__chips') }}
),

own_power as (
    select * from {{ assumption_draws('it_power_per_chip') }}
),

multiples as (
    select * from {{ assumption_draws('it_power_tdp_multiple') }}
)

select
    chips.chip_id,
    multiples.draw,
    coalesce(own_power.value, chips.tdp_w * multiples.value) / 1000 as it_power_kw,
    coalesce(own_power.assumption_id, multiples.assumption_id) as assumption_id,
    own_power.assumption_id is null as is_multiple_of_tdp,
from chips
cross join multiples
left join own_power
    on
        chips.chip_id = own_power.chip_id
        and multiples.draw = own_power.draw
where chips.tdp_w is not null or own_power.value is not null
