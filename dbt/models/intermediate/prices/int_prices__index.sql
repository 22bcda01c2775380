-- Two-level Jevons index of matched offers: the mean log relative of a provider's offers, then the
-- mean over providers with equal weight, chained month by month. WORLD takes all offers, whether
-- they state a place or not. A month without any matched offer ends a series.
with relatives as (
    select * from {{ ref('int_prices__relatives') }}
),

limits as (
    select * from {{ constant_points('min_providers') }}
),

{{ two_level_jevons('relatives', 'monthly') }},

-- the month before the first step, and before the first step after a hole, is a base
begun as (
    select
        *,
        lag(month_start) over series is distinct from
        (month_start - interval 1 month)::date as is_begin,
    from monthly
    window series as (partition by region_id, chip_id, commitment order by month_start)
),

bases as (
    select
        (month_start - interval 1 month)::date as month_start,
        region_id,
        chip_id,
        commitment,
        0.0 as log_relative,
        cast(0 as bigint) as matched_offers,
        cast(0 as bigint) as providers,
        source_ids,
        known_on,
        confidence,
        true as is_base,
    from begun
    where is_begin
),

steps as (
    select
        * exclude (is_begin),
        false as is_base,
    from begun

    union all

    select * from bases
),

numbered as (
    select
        *,
        count(*) filter (where is_base) over (
            partition by region_id, chip_id, commitment
            order by month_start
        ) as series_number,
    from steps
)

select
    numbered.month_start,
    numbered.region_id,
    numbered.chip_id,
    numbered.commitment,
    min(numbered.month_start) over chain as series_start,
    100 * exp(
        sum(round(numbered.log_relative * 1e12)::bigint) over chain::double / 1e12
    ) as index_value,
    numbered.matched_offers,
    numbered.providers,
    numbered.providers < limits.min_providers as is_thin,
    numbered.log_relative,
    numbered.is_base,
    numbered.source_ids,
    numbered.known_on,
    numbered.confidence,
from numbered
cross join limits
window chain as (
    partition by
        numbered.region_id, numbered.chip_id, numbered.commitment, numbered.series_number
    order by numbered.month_start
)
