-- Purchases of a buyer in a year as another house counted them, beside those of the shipment
-- estimator for the same buyer, chip and year, on every draw of the estimator's own error. Houses
-- that count other things (deployments, stocks, all cards of all kinds) are no rivals, and buyers that
-- the estimator holds inside a group have no count of their own.
with purchases as (
    select * from {{ ref('stg_owner_purchase_estimates__owner_purchase_estimates') }}
),

owner_shipments as (
    select * from {{ ref('int_shipments__owner_shipments') }}
),

shipment_draws as (
    select * from {{ ref('int_shipments__shipment_draws') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
),

owners as (
    select
        owner,
        any_value(owner_organisation_id) as organisation_id,
    from owner_shipments
    where owner_organisation_id is not null
    group by owner
),

rivals as (
    select
        purchases.purchase_id,
        purchases.estimator,
        chips.vendor,
        chips.chip_id,
        owners.owner,
        purchases.period_start,
        purchases.period_end,
        purchases.units,
    from purchases
    inner join chip_ids on purchases.chip_label = chip_ids.label
    inner join chips on chip_ids.chip_id = chips.chip_id
    inner join organisation_ids on purchases.buyer = organisation_ids.label
    inner join owners on organisation_ids.organisation_id = owners.organisation_id
    where
        purchases.purchase_kind = 'purchases'
        and purchases.unit = 'chips'
)

select
    rivals.purchase_id,
    rivals.estimator,
    rivals.vendor,
    rivals.owner,
    rivals.period_start,
    rivals.units as rival_units,
    shipment_draws.draw,
    {{ exact_sum('shipment_draws.units') }} as units,
from rivals
inner join shipment_draws
    on
        rivals.chip_id = shipment_draws.chip_id
        and rivals.owner = shipment_draws.owner
        and shipment_draws.quarter_start between rivals.period_start and rivals.period_end
group by all
