-- Coverage below one and a negative gap are the same statement on every draw, and served work is
-- never more than what is wanted.
select *
from {{ ref('int_balance__balance_draws') }}
where
    (supply_h100e - demand_h100e < 0) <> (supply_h100e < demand_h100e)
    or (
        demand_h100e > 0
        and abs(supply_h100e / demand_h100e - 1) > 1e-12
        and (supply_h100e / demand_h100e < 1) <> (supply_h100e < demand_h100e)
    )
    or supply_h100e < 0
    or demand_h100e < 0
