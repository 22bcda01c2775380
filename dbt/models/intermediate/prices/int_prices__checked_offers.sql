-- Every offer with what speaks against it. Nothing is deleted: an offer with an exclusion reason
-- stays here and in fct_rental_offer, and out of medians and indices.
with offers as (
    select * from {{ ref('int_prices__rental_offers') }}
),

doubts as (
    select * from {{ ref('int_prices__offer_doubts') }}
),

repeated_offers as (
    select * from {{ ref('int_prices__repeated_offers') }}
),

chip_equivalents as (
    select * from {{ ref('int_reference__chip_equivalents') }}
),

equivalent_prices as (
    select * from {{ ref('int_prices__equivalent_prices') }}
),

rental_price_units as (
    select * from {{ ref('stg_vocabulary__rental_price_units') }}
),

fx_months as (
    select * from {{ ref('stg_exchange_rates__fx_months') }}
),

limits as (
    select
        price_level_limit as level_limit,
        price_stale_days as stale_days,
        min_providers,
    from {{ constant_points('price_level_limit', 'price_stale_days', 'min_providers') }}
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
        nullif(offers.usd_per_gpu_hour, 0) / chip_equivalents.h100e_training
        / equivalent_prices.usd_per_h100e_hour as ratio_to_all,
        coalesce(doubts.is_stale, false) as is_stale,
        coalesce(doubts.is_mistaken, false) as is_mistaken,
        coalesce(doubts.is_list_price, false) as is_list_price,
        doubts.spread,
        repeated_offers.offer_id is not null as is_repeated,
        limits.level_limit,
        limits.stale_days,
        limits.min_providers,
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
    left join chip_equivalents on offers.chip_id = chip_equivalents.chip_id
    left join equivalent_prices
        on
            (offers.commitment = 'spot') = equivalent_prices.is_spot
            and date_trunc('quarter', offers.observed_on) = equivalent_prices.quarter_start
    left join doubts on offers.offer_id = doubts.offer_id
    left join repeated_offers on offers.offer_id = repeated_offers.offer_id
),

-- An offer without peers is held against the other readings of the same list; spot prices do jump.
series_alone as (
    select distinct offer_key
    from compared
    where
        ratio_to_peers is null
        and chip_id is not null
        and commitment <> 'spot'
),

lone as (
    select
        compared.offer_id,
        median(near.usd_per_gpu_hour) as usd_per_gpu_hour,
        count(*) as readings,
    from compared
    inner join series_alone on compared.offer_key = series_alone.offer_key
    inner join compared as near
        on
            compared.offer_key = near.offer_key
            and compared.source_publisher is not distinct from near.source_publisher
            and compared.offer_id <> near.offer_id
            and abs(date_diff('day', compared.observed_on, near.observed_on))
            <= compared.stale_days::integer
    where
        compared.usd_per_gpu_hour > 0
        and near.usd_per_gpu_hour > 0
    group by compared.offer_id
),

-- A mistake explains a price that comes back to within half the limit (on the log scale) of its
-- peers once it is undone; of several the one that comes nearest.
explained as (
    select
        compared.*,
        case
            when compared.ratio_to_peers is null and lone.readings >= compared.min_providers
                then compared.usd_per_gpu_hour / lone.usd_per_gpu_hour
        end as ratio_to_own,
        list_min([
            {
                -- a single accelerator is its own machine
                'distance': case
                    when chip_count > 1 then abs(ln(ratio_to_peers / chip_count))
                    else 'infinity'::double
                end,
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
    left join lone on compared.offer_id = lone.offer_id
)

select
    * exclude (
        is_stale, is_mistaken, is_list_price, is_repeated, spread, level_limit, hours_per_month, yuan_per_usd,
        nearest_mistake, stale_days, min_providers, ratio_to_own, ratio_to_all
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
        when ratio_to_own not between 1 / level_limit and level_limit then 'far_off_its_own_series'
        -- chips differ by what they cost for the same work: the limit counts twice
        when ratio_to_peers is null and abs(ln(ratio_to_all)) > 2 * ln(level_limit) then 'far_off_all_chips'
        when is_mistaken then 'price_of_another_chip'
        when is_stale then 'stale_list'
        when is_repeated then 'repeated_by_another_list'
    end as exclusion_reason,
from explained
