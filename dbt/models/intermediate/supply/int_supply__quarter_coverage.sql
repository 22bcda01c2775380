-- How much of the tracked deliveries of a quarter is counted, on the central path. A quarter of which
-- the greater part is carried on beyond the counts is a nowcast; one of which any part is carried on
-- will move with new counts.
with owner_deliveries as (
    select * from {{ ref('int_supply__owner_deliveries') }}
),

chip_draws as (
    select * from {{ ref('int_supply__chip_draws') }}
),

measured as (
    select
        owner_deliveries.quarter_start,
        owner_deliveries.is_nowcast,
        owner_deliveries.units * chip_draws.h100e_8bit as h100e_8bit,
    from owner_deliveries
    inner join chip_draws
        on
            owner_deliveries.chip_id = chip_draws.chip_id
            and owner_deliveries.draw = chip_draws.draw
    where owner_deliveries.draw = 0
),

summed as (
    select
        quarter_start,
        {{ exact_sum('h100e_8bit') }} as h100e_8bit,
        coalesce({{ exact_sum('case when not is_nowcast then h100e_8bit end') }}, 0)
            as counted_h100e_8bit,
        bool_or(is_nowcast) as is_provisional,
    from measured
    group by quarter_start
)

select
    quarter_start,
    counted_h100e_8bit / nullif(h100e_8bit, 0) as counted_share,
    2 * counted_h100e_8bit < h100e_8bit as is_nowcast,
    is_provisional,
from summed
