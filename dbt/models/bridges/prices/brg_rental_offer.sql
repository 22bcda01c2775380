-- Behind an offer: its own price, the prices that it was held against, and the limits.
with offers as (
    select * from {{ published('fct_rental_offer') }}
),

peers as (
    select
        *,
        {{ provider_share(['peer_group', "date_trunc('quarter', observed_on)"]) }} as weight,
    from offers
    where is_peer
)

select
    offer_id,
    'price' as step,
    'fct_rental_offer' as input_table,
    offer_id as input_key,
    1.0::double as weight,
from offers

union all

select
    offers.offer_id,
    'prices of peers' as step,
    'fct_rental_offer' as input_table,
    peers.offer_id as input_key,
    peers.weight,
from offers
inner join peers
    on
        offers.peer_group = peers.peer_group
        and date_trunc('quarter', offers.observed_on) = date_trunc('quarter', peers.observed_on)
where offers.ratio_to_peers is not null

union all

{{ limit_inputs('offers', ['offer_id'], ['price-level-limit', 'price-stale-days', 'index-min-providers']) }}
