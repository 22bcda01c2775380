-- Every offer with what speaks against it. Nothing is deleted: an offer with an exclusion reason
-- stays here and in fct_rental_offer, and out of medians and indices.
with offers as (
    select * from {{ ref('int_prices__rental_offers') }}
),

assumptions as (
    select * from {{ ref('int_balance__assumptions') }}
),

limits as (
    select
        max(value_central) filter (where assumption_id = 'price-level-limit') as level_limit,
        max(value_central) filter (where assumption_id = 'price-stale-days') as stale_days,
        max(value_central) filter (where assumption_id = 'index-min-providers') as min_providers,
    from assumptions
),

keyed as (
    select
        *,
        concat_ws(
            '|',
            chip_id,
            provider,
            coalesce(country_code, ''),
            coalesce(place, ''),
            coalesce(instance_type, ''),
            coalesce(gpus::varchar, ''),
            commitment
        ) as offer_key,
        -- what is compared with each other: spot and the rest apart, lists of hyperscalers apart,
        -- China apart from all others
        concat_ws(
            '|',
            chip_id,
            commitment = 'spot',
            provider_type = 'hyperscaler',
            region_id = 'CN'
        ) as peer_group,
    from offers
),

-- one price per provider, so that one with many places does not set the middle
provider_prices as (
    select
        peer_group,
        date_trunc('quarter', observed_on) as quarter_start,
        provider,
        median(usd_per_gpu_hour) as usd_per_gpu_hour,
    from keyed
    where
        chip_id is not null
        and usd_per_gpu_hour > 0
        and not is_accelerator_only
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

-- since when a publisher has shown this price for this offer
runs as (
    select
        offer_id,
        offer_key,
        observed_on,
        min(observed_on) over (
            partition by offer_key, source_publisher, usd_per_gpu_hour
        ) as shown_since,
    from keyed
),

-- A price that a list goes on showing while another list has a newer one for the same plan of the
-- same provider; list prices that nobody contradicts may stand still for years.
contradicted as (
    select distinct stale.offer_id
    from keyed as stale
    inner join runs on stale.offer_id = runs.offer_id
    cross join limits
    inner join keyed as fresh
        on
            stale.provider = fresh.provider
            and stale.chip_id = fresh.chip_id
            and stale.commitment = fresh.commitment
            and coalesce(stale.gpus = fresh.gpus, true)
            and coalesce(stale.country_code = fresh.country_code, true)
            and stale.source_publisher <> fresh.source_publisher
            and fresh.observed_on between runs.shown_since and stale.observed_on
            and abs(ln(stale.usd_per_gpu_hour / fresh.usd_per_gpu_hour)) > 0.01
    where
        stale.observed_on - runs.shown_since > limits.stale_days
        and stale.usd_per_gpu_hour > 0
        and fresh.usd_per_gpu_hour > 0
        -- the other list itself saw a move
        and not exists (
            select 1 from keyed as older
            where
                older.offer_key = fresh.offer_key
                and older.source_publisher = fresh.source_publisher
                and older.observed_on <= runs.shown_since
                and older.usd_per_gpu_hour = fresh.usd_per_gpu_hour
        )
),

-- spot at exactly the list price: the catalogue had no spot price and repeated the other
list_prices as (
    select distinct
        provider,
        chip_id,
        country_code,
        place,
        instance_type,
        gpus,
        observed_on,
        source_publisher,
        price_per_hour,
    from keyed
    where commitment = 'on_demand'
),

-- two prices of one offer on one day from one list: which one is meant cannot be told
ambiguous as (
    select
        offer_key,
        source_publisher,
        observed_on,
        max(usd_per_gpu_hour) / min(usd_per_gpu_hour) as spread,
    from keyed
    where usd_per_gpu_hour > 0
    group by all
),

compared as (
    select
        keyed.*,
        keyed.usd_per_gpu_hour / peer_prices.usd_per_gpu_hour as ratio_to_peers,
        contradicted.offer_id is not null as is_stale,
        list_prices.provider is not null as is_list_price,
        ambiguous.spread,
        limits.level_limit,
    from keyed
    cross join limits
    left join peer_prices
        on
            keyed.peer_group = peer_prices.peer_group
            and date_trunc('quarter', keyed.observed_on) = peer_prices.quarter_start
    left join contradicted on keyed.offer_id = contradicted.offer_id
    left join list_prices
        on
            keyed.commitment = 'spot'
            and keyed.provider = list_prices.provider
            and keyed.chip_id = list_prices.chip_id
            and keyed.country_code is not distinct from list_prices.country_code
            and keyed.place is not distinct from list_prices.place
            and keyed.instance_type is not distinct from list_prices.instance_type
            and keyed.gpus is not distinct from list_prices.gpus
            and keyed.observed_on = list_prices.observed_on
            and keyed.source_publisher = list_prices.source_publisher
            and keyed.price_per_hour = list_prices.price_per_hour
    left join ambiguous
        on
            keyed.offer_key = ambiguous.offer_key
            and keyed.source_publisher = ambiguous.source_publisher
            and keyed.observed_on = ambiguous.observed_on
)

select
    * exclude (is_stale, is_list_price, spread, level_limit, peer_group),
    case
        when chip_id is null then 'no_single_chip'
        when usd_per_gpu_hour is null then 'no_exchange_rate'
        when usd_per_gpu_hour <= 0 then 'no_price'
        when is_accelerator_only then 'accelerator_without_machine'
        when is_part_of_series then 'part_of_national_series'
        when confidence = 'modelled' then 'assumption_of_an_analyst'
        when is_list_price then 'spot_repeats_list_price'
        when spread > level_limit then 'two_prices_for_one_offer'
        -- far off its peers: say what it looks like
        when ratio_to_peers > level_limit then
            case
                when gpus > 1 and abs(ln(ratio_to_peers / gpus)) < ln(1.25)
                    then 'price_of_the_whole_machine'
                when abs(ln(ratio_to_peers / 7.2)) < ln(1.15) then 'yuan_taken_for_dollars'
                when ratio_to_peers > 100 then 'price_of_a_month'
                else 'far_above_peers'
            end
        when ratio_to_peers < 1 / level_limit then 'far_below_peers'
        when is_stale then 'stale_list'
    end as exclusion_reason,
from compared
