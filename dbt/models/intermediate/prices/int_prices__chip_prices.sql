-- What one chip costs in a region and quarter: a judged price of the year, else quotes of single
-- chips whose period touches the quarter, else of servers less what a server adds to its chips,
-- else the last price before it. China pays the official
-- Chinese price of chips that are sold there, the grey one of chips that are not, and without
-- either the price abroad with a premium.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

regions as (
    select * from {{ ref('int_reference__regions') }}
),

hardware_prices as (
    select * from {{ ref('int_prices__hardware_prices') }}
),

judged as (
    select
        chip_id,
        'abroad' as market,
        valid_from as period_start,
        coalesce(valid_to, valid_from + interval 1 year)::date as period_end,
        value_low as usd_low,
        value_central as usd,
        value_high as usd_high,
        1 as preference,
        assumption_id as price_ids,
        source_id,
        cast(null as date) as known_on,
        'inferred' as confidence,
    from {{ assumption_points('chip_price') }}
),

constants as (
    select * from {{ constant_points('server_overhead') }}
),

quoted as (
    select
        chip_id,
        case
            when market in ('global', 'US') then 'abroad'
            else market
        end as market,
        period_start,
        period_end,
        coalesce(usd_per_chip_low, usd_per_chip) / divisor as usd_low,
        usd_per_chip / divisor as usd,
        coalesce(usd_per_chip_high, usd_per_chip) / divisor as usd_high,
        preference,
        price_id as price_ids,
        source_id,
        known_on,
        confidence,
    from (
        select
            hardware_prices.*,
            case when unit = 'chip' then 1 else constants.server_overhead end as divisor,
            case when unit = 'chip' then 2 else 3 end as preference,
        from hardware_prices
        cross join constants
        where unit in ('chip', '8_gpu_module', '8_gpu_server')
    )
    where chip_id is not null
),

prices as (
    select * from judged
    union all
    select * from quoted
),

-- all prices that touch the quarter, or the newest before it
candidates as (
    select
        quarters.quarter_start,
        prices.*,
        least(prices.period_end, quarters.quarter_end + 1) > quarters.quarter_start as is_current,
        case
            when prices.period_end > quarters.quarter_start then quarters.quarter_start
            else prices.period_end
        end as holds_until,
    from quarters
    inner join prices on prices.period_start <= quarters.quarter_end
),

best as (
    select *
    from candidates
    qualify rank() over (
        partition by quarter_start, chip_id, market
        order by is_current desc, case when is_current then preference end, holds_until desc, preference
    ) = 1
),

-- of several quotes the geometric mean, between the lowest and the highest
market_prices as (
    select
        quarter_start,
        chip_id,
        market,
        min(usd_low) as usd_low,
        exp({{ exact_sum('ln(usd)', 12) }} / count(*)) as usd,
        max(usd_high) as usd_high,
        bool_and(not is_current) as is_carried_forward,
        string_agg(price_ids, ',' order by price_ids) as price_ids,
        string_agg(distinct source_id, ',' order by source_id) as source_ids,
        max(known_on) as known_on,
        {{ weakest_confidence('confidence') }} as confidence,
    from best
    group by quarter_start, chip_id, market
),

offered as (
    select
        regions.region_id,
        market_prices.*,
        case
            when regions.region_id <> 'CN' and market_prices.market = 'abroad' then 1
            when regions.region_id = 'CN' and market_prices.market = 'CN_official' then 1
            when regions.region_id = 'CN' and market_prices.market = 'CN_grey' then 2
            when regions.region_id = 'CN' and market_prices.market = 'abroad' then 3
        end as choice,
        regions.region_id = 'CN' and market_prices.market = 'abroad' as has_premium,
    from market_prices
    cross join regions
    where regions.region_id <> 'WORLD'
)

select
    quarter_start,
    region_id,
    chip_id,
    market,
    has_premium,
    usd_low,
    usd,
    usd_high,
    is_carried_forward,
    price_ids,
    source_ids,
    known_on,
    confidence,
from offered
where choice is not null
qualify row_number() over (
    partition by quarter_start, region_id, chip_id
    order by is_carried_forward, choice
) = 1
