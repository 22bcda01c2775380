-- Behind tracked arrivals, on the central path: the counted deliveries that they are, or continue,
-- with the chips that arrive per chip counted. Owners of totals that are not split have the total of
-- their chip (owner all). What reaches China untracked is judged and has no row.
with arrivals as (
    select *
    from {{ ref('int_supply__owner_arrivals') }}
    where
        draw = 0
        and piece = 'tracked'
        and units <> 0
),

deliveries as (
    select * from {{ ref('int_supply__owner_deliveries') }} where draw = 0
),

shipments as (
    select * from {{ ref('int_shipments__listed_shipments') }}
),

counted as (
    select
        arrivals.quarter_start,
        arrivals.chip_id,
        arrivals.owner_type,
        arrivals.region_id,
        arrivals.origin,
        {{ row_key({
            'quarter_start': 'deliveries.counted_quarter',
            'chip_id': 'arrivals.chip_id',
            'owner': 'shipments.owner',
        }) }} as shipment_key,
        shipments.document_sha256 || ':' || shipments.document_row as document_key,
        arrivals.units / nullif(shipments.units_p50, 0) as weight,
    from arrivals
    inner join deliveries
        on
            arrivals.quarter_start = deliveries.quarter_start
            and arrivals.chip_id = deliveries.chip_id
            and arrivals.owner = deliveries.owner
    inner join shipments
        on
            deliveries.counted_quarter = shipments.quarter_start
            and deliveries.chip_id = shipments.chip_id
            and shipments.owner in (deliveries.owner, 'all')
)

select
    * exclude (shipment_key, document_key, weight),
    'shipments' as step,
    'document' as input_table,
    document_key as input_key,
    weight,
from counted

union all

select
    * exclude (shipment_key, document_key, weight),
    'shipments' as step,
    'fct_chip_shipments' as input_table,
    shipment_key as input_key,
    cast(null as double) as weight,
from counted
