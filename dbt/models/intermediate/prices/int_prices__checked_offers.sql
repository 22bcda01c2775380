-- Every offer with what speaks against it. Nothing is deleted: an offer with an exclusion reason
-- stays here and in fct_rental_offer, and out of medians and indices.
with offers as (
    select * from {{ ref('int_prices__rental_offers') }}
),

doubts as (
    select * from {{ ref('int_prices__offer_doubts') }}
),

assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

rental_price_units as (
    select * from {{ ref('stg_vocabulary__rental_price_units') }}
),

fx_months as (
    select * from {{ ref('stg_exchange_rates__fx_months') }}
),

limits as (
    select
        max(value_central) filter (where assumption_id = 'price-level-limit') as level_limit,
        max(value_central) filter (where assumption_id = 'index-min-providers') as min_providers,
    from assumptions
),

-- one price per provider, so that one with many places does not set the middle
provider_prices as (
    select
        peer_group,
        date_trunc('quarter', observed_on) as quarter_start,
        provider,
        median(usd_per_gpu_hour) as usd_per_gpu_hour,
    from offers
    where is_peer
    group by all
),

peer_prices as (
    select
        peer_group,
        quarter_start,
        median(usd_per_gpu_hour) as usd_per_gpu_hour,
    from provider_prices
    group by all
    having count(*) >= (select min_providers from limits)
),

-- what a price that is far off its peers may have been mistaken for
hours as (
    select max(hours)::double as hours_per_month
    from rental_price_units
    where chips_per_unit > 1
),

yuan as (
    select median(rate) as yuan_per_usd
    from fx_months
    where
        base = 'USD'
        and quote = 'CNY'
),

compared as (
    select
        offers.*,
        nullif(offers.usd_per_gpu_hour, 0) / peer_prices.usd_per_gpu_hour as ratio_to_peers,
        coalesce(doubts.is_stale, false) as is_stale,
        coalesce(doubts.is_mistaken, false) as is_mistaken,
        coalesce(doubts.is_list_price, false) as is_list_price,
        doubts.spread,
        limits.level_limit,
        hours.hours_per_month,
        yuan.yuan_per_usd,
    from offers
    cross join limits
    cross join hours
    cross join yuan
    left join peer_prices
        on
            offers.peer_group = peer_prices.peer_group
            and date_trunc('quarter', offers.observed_on) = peer_prices.quarter_start
    left join doubts on offers.offer_id = doubts.offer_id
),

-- A mistake explains a price that comes back to within half the limit (on the log scale) of its
-- peers once it is undone; of several the one that comes nearest.
explained as (
    select
        *,
        list_min([
            {
                -- a single accelerator is its own machine
                'distance': case when chip_count > 1 then abs(ln(ratio_to_peers / chip_count)) end,
                'reason': 'price_of_the_whole_machine'
            },
            {
                'distance': abs(ln(ratio_to_peers / yuan_per_usd)),
                'reason': 'yuan_taken_for_dollars'
            },
            {
                'distance': abs(ln(ratio_to_peers / hours_per_month)),
                'reason': 'price_of_a_month'
            }
        ]) as nearest_mistake,
    from compared
)

select
    * exclude (
        is_stale, is_mistaken, is_list_price, spread, level_limit, hours_per_month, yuan_per_usd,
        nearest_mistake
    ),
    case
        when chip_id is null then 'no_single_chip'
        when usd_per_gpu_hour is null then 'no_exchange_rate'
        when usd_per_gpu_hour <= 0 then 'no_price'
        when is_chip_only then 'accelerator_without_machine'
        when is_part_of_chip then 'part_of_an_accelerator'
        when is_part_of_series then 'part_of_national_series'
        when confidence = 'modelled' then 'assumption_of_an_analyst'
        when is_list_price then 'spot_repeats_list_price'
        when spread > level_limit then 'two_prices_for_one_offer'
        when ratio_to_peers > level_limit
            then case
                when nearest_mistake.distance < ln(level_limit) / 2
                    then nearest_mistake.reason
                else 'far_above_peers'
            end
        when ratio_to_peers < 1 / level_limit then 'far_below_peers'
        when is_mistaken then 'price_of_another_chip'
        when is_stale then 'stale_list'
    end as exclusion_reason,
from explained
