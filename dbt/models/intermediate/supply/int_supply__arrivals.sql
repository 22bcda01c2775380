-- Chips that arrive in a region in a quarter, on every draw: disjoint pieces, added up nowhere
-- twice. Owners other than the group China spread their chips over the United States and the rest
-- of the world; diverted chips move from the rest of the world to China.
with owner_deliveries as (
    select * from {{ ref('int_supply__owner_deliveries') }}
),

china_arrivals as (
    select * from {{ ref('int_supply__china_arrivals') }}
),

diversion as (
    select * from {{ ref('int_supply__diversion') }}
),

us_shares as (
    select
        owner,
        draw,
        value as us_share,
    from {{ assumption_draws('deployment_share') }}
    where region_id = 'US'
),

tracked_abroad as (
    select
        owner_deliveries.*,
        us_shares.us_share,
    from owner_deliveries
    left join us_shares
        on
            owner_deliveries.owner = us_shares.owner
            and owner_deliveries.draw = us_shares.draw
    where owner_deliveries.owner <> 'China'
)

select
    quarter_start,
    'US' as region_id,
    chip_id,
    owner,
    'foreign' as origin,
    'tracked' as piece,
    draw,
    units * us_share as units,
    is_nowcast,
from tracked_abroad

union all

select
    tracked_abroad.quarter_start,
    'ROW' as region_id,
    tracked_abroad.chip_id,
    tracked_abroad.owner,
    'foreign' as origin,
    'tracked' as piece,
    tracked_abroad.draw,
    tracked_abroad.units * (1 - tracked_abroad.us_share) - coalesce(diversion.units, 0) as units,
    tracked_abroad.is_nowcast,
from tracked_abroad
left join diversion
    on
        tracked_abroad.owner = diversion.owner
        and tracked_abroad.quarter_start = diversion.quarter_start
        and tracked_abroad.chip_id = diversion.chip_id
        and tracked_abroad.draw = diversion.draw

union all

select
    quarter_start,
    'CN' as region_id,
    chip_id,
    owner,
    'foreign' as origin,
    'tracked' as piece,
    draw,
    units,
    is_nowcast,
from owner_deliveries
where owner = 'China'

union all

select
    quarter_start,
    'CN' as region_id,
    chip_id,
    'China' as owner,
    origin,
    piece,
    draw,
    units,
    false as is_nowcast,
from china_arrivals

union all

select
    quarter_start,
    'CN' as region_id,
    chip_id,
    'China' as owner,
    'diverted' as origin,
    'diverted' as piece,
    draw,
    units,
    is_nowcast,
from diversion
