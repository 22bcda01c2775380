-- Chips that reach China against the rules, on every draw. They come out of what the group Other
-- received outside the United States in the same quarter and of the same chip, and never more than
-- the judged part of it: what does not fit is not there to be diverted.
with owner_deliveries as (
    select * from {{ ref('int_supply__owner_deliveries') }}
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
    diverted.value / 4 as units_wanted,
    least(
        diverted.value / 4,
        caps.max_share_of_source * owner_deliveries.units * (1 - other_us_shares.us_share)
    ) as units,
    owner_deliveries.is_nowcast,
from {{ assumption_draws('diverted_units') }} as diverted
inner join owner_deliveries
    on
        diverted.chip_id = owner_deliveries.chip_id
        and diverted.valid_from <= owner_deliveries.quarter_start
        and coalesce(diverted.valid_to > owner_deliveries.quarter_start, true)
        and diverted.draw = owner_deliveries.draw
inner join other_us_shares on owner_deliveries.draw = other_us_shares.draw
inner join caps on owner_deliveries.draw = caps.draw
where owner_deliveries.owner = 'Other'
