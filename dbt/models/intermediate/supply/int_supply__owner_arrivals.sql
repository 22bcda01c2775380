{{ config(materialized='view') }}
-- Arrivals with the kind of their owner, on every draw. The Chinese stock is published without owners
-- and takes the judged shares of its origin.
with arrivals as (
    select * from {{ ref('int_supply__arrivals') }}
),

china_owner_shares as (
    select * from {{ ref('int_supply__china_owner_shares') }}
),

owner_shipments as (
    select * from {{ ref('int_shipments__owner_shipments') }}
),

owner_types as (
    select
        owner,
        any_value(owner_type) as owner_type,
    from owner_shipments
    where owner <> 'China'
    group by owner
)

select
    arrivals.quarter_start,
    arrivals.region_id,
    arrivals.chip_id,
    owner_types.owner_type,
    arrivals.owner,
    arrivals.origin,
    arrivals.piece,
    arrivals.draw,
    arrivals.units,
    arrivals.is_nowcast,
from arrivals
inner join owner_types on arrivals.owner = owner_types.owner

union all

select
    arrivals.quarter_start,
    arrivals.region_id,
    arrivals.chip_id,
    china_owner_shares.owner_type,
    arrivals.owner,
    arrivals.origin,
    arrivals.piece,
    arrivals.draw,
    arrivals.units * china_owner_shares.owner_share as units,
    arrivals.is_nowcast,
from arrivals
inner join china_owner_shares
    on
        arrivals.region_id = china_owner_shares.region_id
        and arrivals.origin = china_owner_shares.origin
        and arrivals.draw = china_owner_shares.draw
