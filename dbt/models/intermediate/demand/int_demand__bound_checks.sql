-- How far the stock bears the demand that was pooled, by region and quarter: how probable the pooled
-- accounts leave a load below the stock, and by how much the stock would grow if draws counted by that
-- probability. Supply is not revised by it; where the two contradict each other, the row says so.
with loads as (
    select * from {{ ref('int_demand__loads') }}
    where draw > 0
),

stock_shares as (
    select
        region_id,
        quarter_start,
        draw,
        powered_h100e_8bit,
    from {{ ref('int_demand__stock_shares') }}
    where workload_id = 'inference'
),

sums as (
    select
        loads.region_id,
        loads.quarter_start,
        count(*) as draws,
        {{ exact_sum('loads.probability_below_bound', 9) }} as probability,
        {{ exact_sum('stock_shares.powered_h100e_8bit') }} as h100e_8bit,
        {{ exact_sum('loads.probability_below_bound * stock_shares.powered_h100e_8bit') }}
            as weighted_h100e_8bit,
    from loads
    inner join stock_shares
        on
            loads.region_id = stock_shares.region_id
            and loads.quarter_start = stock_shares.quarter_start
            and loads.draw = stock_shares.draw
    group by loads.region_id, loads.quarter_start
),

checks as (
    select
        region_id,
        quarter_start,
        probability / draws as bound_probability,
        weighted_h100e_8bit / nullif(probability, 0) / (h100e_8bit / draws) - 1 as stock_shift,
    from sums
)

select
    *,
    bound_probability < {{ var('bound_probability_floor') }}
    or stock_shift > {{ var('bound_stock_shift_ceiling') }} as is_bound_strong,
from checks
