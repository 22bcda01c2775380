-- Chips that reach China against the rules, on every draw. They come out of what the group Other
-- received outside the United States in the same quarter and of the same chip, and never more than
-- the judged part of it: what does not fit is not there to be diverted.
with owner_deliveries as (
    select * from {{ ref('int_supply__owner_deliveries') }}
),

diverted as (
    select * from {{ ref('int_supply__yearly_totals') }}
    where parameter = 'diverted_units'
),

other_us_shares as (
    select
        draw,
        value as us_share,
    from {{ assumption_draws('deployment_share') }}
    where region_id = 'US' and owner = 'Other'
),

caps as (
    select * from {{ constant_draws('max_share_of_source') }}
)

select
    owner_deliveries.quarter_start,
    owner_deliveries.chip_id,
    owner_deliveries.owner,
    owner_deliveries.draw,
    diverted.units as units_wanted,
    least(
        diverted.units,
        caps.max_share_of_source * owner_deliveries.units * (1 - other_us_shares.us_share)
    ) as units,
    owner_deliveries.is_nowcast,
from diverted
inner join owner_deliveries
    on
        diverted.chip_id = owner_deliveries.chip_id
        and diverted.quarter_start = owner_deliveries.quarter_start
        and diverted.draw = owner_deliveries.draw
inner join other_us_shares on owner_deliveries.draw = other_us_shares.draw
inner join caps on owner_deliveries.draw = caps.draw
where owner_deliveries.owner = 'Other'
