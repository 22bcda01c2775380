-- Offers with a price on both sides of an event day: the last reading before it, and the last one from
-- that day on within the window.
with studies as (
    select * from {{ published('fct_price_event_study') }}
),

offers as (
    select * from {{ published('fct_rental_offer') }}
),

organisation_labels as (
    select * from {{ published('brg_organisation_label') }}
),

event_days as (
    select distinct event_date from studies
),

{{ event_readings('offers', 'event_days', 'matched') }}

select
    matched.event_date,
    matched.window_days,
    matched.offer_id_before,
    matched.offer_id_after,
    numbered.chip_id,
    numbered.region_id,
    numbered.commitment,
    coalesce(organisation_labels.organisation_id, numbered.provider) as organisation_id,
from matched
inner join numbered on matched.offer_number = numbered.offer_number
left join organisation_labels on numbered.provider = organisation_labels.label
