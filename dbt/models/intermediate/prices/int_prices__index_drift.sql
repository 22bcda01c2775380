{{ config(materialized='view') }}
-- The chained index over a year beside the direct comparison of the offers that were read in both
-- months; the same two-level mean, no step between. What offers that come and go add is the drift.
with offer_months as (
    select * from {{ ref('int_prices__offer_months') }}
),

offer_steps as (
    select * from {{ ref('int_prices__offer_steps') }}
),

index_values as (
    select * from {{ ref('int_prices__index') }}
),

pairs as (
    select
        later.month_start,
        later.region_id,
        later.chip_id,
        later.commitment,
        later.provider,
        ln(later.usd_per_gpu_hour / earlier.usd_per_gpu_hour) as log_relative,
        later.source_ids || ',' || earlier.source_ids as source_ids,
        greatest(later.known_on, earlier.known_on) as known_on,
        later.confidence,
    {{ from_year_pairs('offer_months', 'offer_steps') }}
),

{{ two_level_jevons('pairs', 'direct') }}

select
    direct.month_start,
    direct.region_id,
    direct.chip_id,
    direct.commitment,
    100 * (later.index_value / earlier.index_value - 1) as chained_change_pct,
    100 * (exp(direct.log_relative) - 1) as direct_change_pct,
    100 * (later.index_value / earlier.index_value / exp(direct.log_relative) - 1) as drift_pct,
    direct.matched_offers,
    direct.providers,
    direct.source_ids,
    greatest(direct.known_on, later.known_on) as known_on,
    direct.confidence,
from direct
inner join index_values as later
    on
        direct.month_start = later.month_start
        and direct.region_id = later.region_id
        and direct.chip_id = later.chip_id
        and direct.commitment = later.commitment
-- of one series: a hole between the two months ends it
inner join index_values as earlier
    on
        later.region_id = earlier.region_id
        and later.chip_id = earlier.chip_id
        and later.commitment = earlier.commitment
        and later.series_start = earlier.series_start
        and later.month_start = earlier.month_start + interval 1 year
