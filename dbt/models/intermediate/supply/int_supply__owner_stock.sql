-- Deployed compute by where its owner has the head office and where it stands, with quantiles, for
-- what happened. The world is the sum of the places on the same draw. The group Other of the
-- shipment counts has no head office; what it owns is nobody's in particular.
with stock as (
    select * from {{ ref('int_supply__stock') }}
),

owner_shipments as (
    select * from {{ ref('int_shipments__owner_shipments') }}
),

owners as (
    select
        owner,
        coalesce(any_value(owner_region_id), 'unknown') as owner_country_region,
    from owner_shipments
    group by owner
),

owned as (
    select
        stock.quarter_start,
        owners.owner_country_region,
        stock.region_id as place_region_id,
        stock.draw,
        stock.deployed_8bit,
        stock.deployed_training,
        stock.deployed_inference,
    from stock
    inner join owners on stock.owner = owners.owner
    where stock.scenario_id = 'baseline'
),

placed as (
    select * from owned
    union all
    select * replace ('WORLD' as place_region_id) from owned
),

cells as (
    select
        quarter_start,
        owner_country_region,
        place_region_id,
        draw,
        {{ exact_sum('deployed_8bit') }} as deployed_8bit,
        {{ exact_sum('deployed_training') }} as deployed_training,
        {{ exact_sum('deployed_inference') }} as deployed_inference,
    from placed
    group by quarter_start, owner_country_region, place_region_id, draw
),

places as (
    select
        quarter_start,
        place_region_id,
        draw,
        {{ exact_sum('deployed_8bit') }} as deployed_8bit,
        {{ exact_sum('deployed_training') }} as deployed_training,
        {{ exact_sum('deployed_inference') }} as deployed_inference,
    from placed
    group by quarter_start, place_region_id, draw
),

shares as (
    select
        cells.*,
        cells.deployed_8bit / nullif(places.deployed_8bit, 0) as share_8bit,
        cells.deployed_training / nullif(places.deployed_training, 0) as share_training,
        cells.deployed_inference / nullif(places.deployed_inference, 0) as share_inference,
    from cells
    inner join places
        on
            cells.quarter_start = places.quarter_start
            and cells.place_region_id = places.place_region_id
            and cells.draw = places.draw
)

select
    quarter_start,
    owner_country_region,
    place_region_id,
    {{ quantile_points('deployed_8bit') }} as h100e_8bit_points,
    {{ quantile_points('deployed_training') }} as h100e_training_points,
    {{ quantile_points('deployed_inference') }} as h100e_inference_points,
    {{ quantile_points('share_8bit') }} as share_8bit_points,
    {{ quantile_points('share_training') }} as share_training_points,
    {{ quantile_points('share_inference') }} as share_inference_points,
from shares
group by quarter_start, owner_country_region, place_region_id
