-- Chips that reach China against the rules, on every draw. They come out of what the group Other
-- received outside the United States in the same quarter and of the same chip, and never more than
-- the judged part of it: what does not fit is not there to be diverted.
with owner_deliveries as (
    select * from {{ ref('int_supply__owner_deliveries') }}
),

assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

assumption_draws as (
    select * from {{ ref('int_inputs__assumption_draws') }}
),

other_us_shares as (
    select
        assumption_draws.draw,
        assumption_draws.value as us_share,
    from assumptions
    inner join assumption_draws on assumptions.assumption_id = assumption_draws.assumption_id
    where
        assumptions.parameter = 'deployment_share'
        and assumptions.owner = 'Other'
),

caps as (
    select
        assumption_draws.draw,
        assumption_draws.value as share_of_source,
    from assumptions
    inner join assumption_draws on assumptions.assumption_id = assumption_draws.assumption_id
    where assumptions.parameter = 'max_share_of_source'
)

select
    owner_deliveries.quarter_start,
    owner_deliveries.chip_id,
    owner_deliveries.owner,
    owner_deliveries.draw,
    assumption_draws.value / 4 as units_wanted,
    least(
        assumption_draws.value / 4,
        caps.share_of_source * owner_deliveries.units * (1 - other_us_shares.us_share)
    ) as units,
    owner_deliveries.is_nowcast,
from assumptions
inner join owner_deliveries
    on
        assumptions.chip_id = owner_deliveries.chip_id
        and assumptions.valid_from <= owner_deliveries.quarter_start
        and coalesce(assumptions.valid_to > owner_deliveries.quarter_start, true)
inner join assumption_draws
    on
        assumptions.assumption_id = assumption_draws.assumption_id
        and owner_deliveries.draw = assumption_draws.draw
inner join other_us_shares on owner_deliveries.draw = other_us_shares.draw
inner join caps on owner_deliveries.draw = caps.draw
where
    assumptions.parameter = 'diverted_units'
    and owner_deliveries.owner = 'Other'
