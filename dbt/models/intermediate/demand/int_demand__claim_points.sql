-- Quantiles of the claims on American compute by segment and quarter, each with what its account can
-- miss, what they rest on, and what part of the powered stock they take.
with segment_claims as (
    select * from {{ ref('int_demand__segment_claims') }}
),

segments as (
    select * from {{ ref('stg_compute_claims__claim_segments') }}
),

claims as (
    select * from {{ ref('stg_compute_claims__compute_claims') }}
),

powered as (
    select
        quarter_start,
        draw,
        powered_h100e_8bit,
    from {{ ref('int_demand__stock_shares') }}
    where
        region_id = 'US'
        and workload_id = 'inference'
),

claim_errors as (
    select * from {{ ref('int_demand__claim_errors') }}
),

measured as (
    select
        segment_claims.* replace (
            segment_claims.us_h100e_8bit * claim_errors.factor as us_h100e_8bit
        ),
        segment_claims.us_h100e_8bit * claim_errors.factor / powered.powered_h100e_8bit
            as stock_share,
    from segment_claims
    inner join claim_errors
        on
            segment_claims.segment = claim_errors.segment
            and segment_claims.quarter_start = claim_errors.quarter_start
            and segment_claims.draw = claim_errors.draw
    inner join powered
        on
            segment_claims.quarter_start = powered.quarter_start
            and segment_claims.draw = powered.draw
),

points as (
    select
        quarter_start,
        segment,
        basis,
        is_supply_derived,
        is_nowcast,
        {{ quantile_points('us_h100e_8bit') }} as h100e_8bit_points,
        {{ quantile_points('stock_share') }} as stock_share_points,
        {{ quantile_points('inference_share') }} as inference_share_points,
    from measured
    group by quarter_start, segment, basis, is_supply_derived, is_nowcast
),

origins as (
    select
        segment,
        {{ joined_ids('source_id') }} as source_ids,
        max(known_on) as known_on,
    from claims
    group by segment
)

select
    points.quarter_start,
    'US' as region_id,
    points.segment,
    segments.segment_name,
    segments.segment_name_zh,
    points.basis,
    points.is_supply_derived,
    points.is_nowcast,
    points.h100e_8bit_points,
    points.stock_share_points,
    points.inference_share_points,
    concat_ws(',', 'assumptions', origins.source_ids) as source_ids,
    origins.known_on,
    'inferred' as confidence,
from points
inner join segments on points.segment = segments.segment
left join origins on points.segment = origins.segment
