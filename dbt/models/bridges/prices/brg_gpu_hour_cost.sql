-- Behind a cost: the prices of the chip, what the stock was bought at and how much of it, power,
-- tariff, and all other assumptions with the part of the cost that they go into.
{%- set key = ['quarter_start', 'region_id', 'chip_id'] %}
with costs as (
    select * from {{ published('fct_gpu_hour_cost') }}
),

cost_assumptions as (
    select * from {{ published('brg_cost_assumption') }}
),

quoted_prices as (
    select * from {{ published('fct_hardware_price') }}
),

shipments as (
    select * from {{ published('fct_chip_shipments') }}
),

shipment_rows as (
    select * from {{ published('brg_chip_shipments') }}
),

{{ purchases('costs', 'shipments', 'purchases') }},

-- prices are quoted, or judged for a year among the assumptions
price_inputs as (
    select
        prices.*,
        case
            when quoted_prices.price_id is null then 'assumptions__assumptions'
            else 'hardware_prices__hardware_prices'
        end as input_table,
    from (
        select
            {{ key | join(',\n            ') }},
            unnest(string_split(price_ids, ',')) as input_key,
            1.0 / len(string_split(price_ids, ',')) as weight,
        from costs
    ) as prices
    left join quoted_prices on prices.input_key = quoted_prices.price_id
),

-- the quarters whose prices the stock was bought at; the own one where nothing is bought yet
stocks as (
    select
        costs.quarter_start,
        costs.region_id,
        costs.chip_id,
        purchases.quarter_start as bought_quarter,
        purchases.bought,
        sum(purchases.bought) over (
            partition by costs.quarter_start, costs.region_id, costs.chip_id
        ) as stock,
    from costs
    inner join purchases
        on
            costs.region_id = purchases.region_id
            and costs.chip_id = purchases.chip_id
            and costs.quarter_start >= purchases.quarter_start
),

bought_quarters as (
    select
        * exclude (bought, stock),
        case when stock > 0 then bought / stock else 1.0 end as weight,
    from stocks
    where
        bought > 0
        or (stock = 0 and bought_quarter = quarter_start)
),

parts as (
    select
        costs.quarter_start,
        costs.region_id,
        costs.chip_id,
        cost_assumptions.*,
    from (
        select
            {{ key | join(',\n            ') }},
            unnest(string_split(assumption_ids, ',')) as assumption_id,
        from costs
    ) as costs
    inner join cost_assumptions on costs.assumption_id = cost_assumptions.assumption_id
)

select
    {{ key | join(',\n    ') }},
    'chip price' as step,
    input_table,
    input_key,
    weight,
    'hardware' as part,
from price_inputs

union all

select
    bought_quarters.quarter_start,
    bought_quarters.region_id,
    bought_quarters.chip_id,
    'mean purchase price' as step,
    price_inputs.input_table,
    price_inputs.input_key,
    bought_quarters.weight * price_inputs.weight as weight,
    'vintage' as part,
from bought_quarters
inner join price_inputs
    on
        bought_quarters.bought_quarter = price_inputs.quarter_start
        and bought_quarters.region_id = price_inputs.region_id
        and bought_quarters.chip_id = price_inputs.chip_id

union all

select
    bought_quarters.quarter_start,
    bought_quarters.region_id,
    bought_quarters.chip_id,
    'deliveries' as step,
    shipment_rows.input_table,
    shipment_rows.input_key,
    bought_quarters.weight * shipments.units_p50
    / sum(shipments.units_p50) over (
        partition by
            bought_quarters.quarter_start,
            bought_quarters.region_id,
            bought_quarters.chip_id,
            bought_quarters.bought_quarter
    ) as weight,
    'vintage' as part,
from bought_quarters
inner join shipments
    on
        bought_quarters.bought_quarter = shipments.quarter_start
        and bought_quarters.chip_id = shipments.chip_id
inner join shipment_rows
    on
        shipments.quarter_start = shipment_rows.quarter_start
        and shipments.chip_id = shipment_rows.chip_id
        and shipments.owner = shipment_rows.owner

union all

select
    {{ key | join(',\n    ') }},
    step,
    'assumptions__assumptions' as input_table,
    assumption_id as input_key,
    cast(null as double) as weight,
    part,
from parts

union all

-- a multiple is one of the thermal design power on the chip's sheet
select
    {{ key | join(',\n    ') }},
    step,
    'chip_specs__chip_specs' as input_table,
    chip_id as input_key,
    cast(null as double) as weight,
    part,
from parts
where needs_chip_sheet
