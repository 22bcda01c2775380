-- The segments of claims that are recommenders, in the quarters in which the base is taken from them:
-- every recommender has an anchor before the middle of the quarter, or their sum would have a hole.
with segments as (
    select * from {{ ref('stg_compute_claims__claim_segments') }}
),

anchors as (
    select * from {{ ref('stg_compute_claims__compute_claims') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

recommenders as (
    select
        segments.segment,
        min(anchors.on_date) as first_anchor_on,
    from segments
    inner join anchors on segments.segment = anchors.segment
    where segments.is_recommender
    group by segments.segment
)

select
    recommenders.segment,
    quarters.quarter_start,
from recommenders
cross join quarters
where quarters.mid_quarter_on >= (select max(first_anchor_on) from recommenders)
