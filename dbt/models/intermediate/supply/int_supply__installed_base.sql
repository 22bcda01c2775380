{{ config(materialized='view') }}
-- Deployed chips by quarter, region, chip, kind of owner and origin: how the stock moved on the
-- central path, in units, and quantiles of what stands at the end of the quarter. Chips that retire
-- on the way to their hall count as neither added nor retired.
with arrivals as (
    select * from {{ ref('int_supply__arrivals') }}
),

owner_type_arrivals as (
    select * from {{ ref('int_supply__owner_type_arrivals') }}
),

kernels as (
    select * from {{ ref('int_supply__kernels') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

opening_stock as (
    select * from {{ ref('int_supply__opening_stock') }}
),

opening_survival as (
    select * from {{ ref('int_supply__opening_survival') }}
),

china_owner_shares as (
    select * from {{ ref('int_supply__china_owner_shares') }}
),

owner_shipments as (
    select * from {{ ref('int_shipments__owner_shipments') }}
),

chip_draws as (
    select * from {{ ref('int_supply__chip_draws') }}
),

owner_types as (
    select
        owner,
        any_value(owner_type) as owner_type,
    from owner_shipments
    where owner <> 'China'
    group by owner
),

shared_regions as (
    select region_id
    from china_owner_shares
    group by region_id
),

-- The Chinese stock is split over kinds of owner after it has aged: the shares do not change with
-- time, and one passage through the kernel instead of five gives the same.
deliveries as (
    select
        quarter_start,
        region_id,
        chip_id,
        owner_type,
        origin,
        draw,
        units,
    from owner_type_arrivals
    where region_id not in (select region_id from shared_regions)

    union all

    select
        quarter_start,
        region_id,
        chip_id,
        null as owner_type,
        origin,
        draw,
        units,
    from arrivals
    where region_id in (select region_id from shared_regions)
),

parts as (
    select
        quarters.quarter_start,
        deliveries.region_id,
        deliveries.chip_id,
        deliveries.owner_type,
        deliveries.origin,
        deliveries.draw,
        deliveries.units * kernels.deployed_share_before as units_opening,
        deliveries.units * kernels.added_share as units_added,
        deliveries.units * kernels.deployed_share as units_closing,
    from deliveries
    inner join quarters on deliveries.quarter_start <= quarters.quarter_start
    inner join kernels
        on
            deliveries.region_id = kernels.region_id
            and deliveries.draw = kernels.draw
            and date_diff('quarter', deliveries.quarter_start, quarters.quarter_start)
            = kernels.age_quarters

    union all

    select
        opening_survival.quarter_start,
        opening_stock.region_id,
        opening_stock.chip_id,
        owner_types.owner_type,
        opening_stock.origin,
        opening_stock.draw,
        opening_stock.units * opening_survival.surviving_share_before as units_opening,
        0 as units_added,
        opening_stock.units * opening_survival.surviving_share as units_closing,
    from opening_stock
    left join owner_types on opening_stock.owner = owner_types.owner
    inner join opening_survival
        on
            opening_stock.chip_id = opening_survival.chip_id
            and opening_stock.draw = opening_survival.draw
),

cells as (
    select
        quarter_start,
        region_id,
        chip_id,
        owner_type,
        origin,
        draw,
        {{ exact_sum('case when draw = 0 then units_opening end', 6) }} as units_opening,
        {{ exact_sum('case when draw = 0 then units_added end', 6) }} as units_added,
        {{ exact_sum('units_closing', 6) }} as units_closing,
    from parts
    group by quarter_start, region_id, chip_id, owner_type, origin, draw
),

owned_cells as (
    select * from cells where owner_type is not null

    union all

    select
        cells.quarter_start,
        cells.region_id,
        cells.chip_id,
        china_owner_shares.owner_type,
        cells.origin,
        cells.draw,
        cells.units_opening * china_owner_shares.owner_share as units_opening,
        cells.units_added * china_owner_shares.owner_share as units_added,
        cells.units_closing * china_owner_shares.owner_share as units_closing,
    from cells
    inner join china_owner_shares
        on
            cells.region_id = china_owner_shares.region_id
            and cells.origin = china_owner_shares.origin
            and cells.draw = china_owner_shares.draw
    where cells.owner_type is null
),

factors as (
    select
        chip_id,
        h100e_8bit,
    from chip_draws
    where draw = 0
)

select
    owned_cells.quarter_start,
    owned_cells.region_id,
    owned_cells.chip_id,
    owned_cells.owner_type,
    owned_cells.origin,
    max(owned_cells.units_opening) filter (where owned_cells.draw = 0) as units_opening,
    max(owned_cells.units_added) filter (where owned_cells.draw = 0) as units_added,
    max(owned_cells.units_opening + owned_cells.units_added - owned_cells.units_closing) filter (
        where owned_cells.draw = 0
    ) as units_retired,
    max(owned_cells.units_closing) filter (where owned_cells.draw = 0) as units_closing,
    {{ quantile_points('owned_cells.units_closing * factors.h100e_8bit') }} as h100e_8bit_points,
from owned_cells
inner join factors on owned_cells.chip_id = factors.chip_id
group by
    owned_cells.quarter_start,
    owned_cells.region_id,
    owned_cells.chip_id,
    owned_cells.owner_type,
    owned_cells.origin
