-- The points between which each curve of inference demand is read at the middle of a quarter: the one
-- before it and the one after it; after the last point of a token curve the last two. Compute per
-- token holds its first value before its first point. Days do not vary over draws.
with curve_knots as (
    select * from {{ ref('int_demand__curve_knots') }} where draw = 0
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

segments as (
    select
        curve,
        on_date,
        point_id,
        lead(on_date) over knots as next_date,
        lead(point_id) over knots as next_point_id,
        lag(on_date) over knots as previous_date,
        lag(point_id) over knots as previous_point_id,
        row_number() over knots = 1 as is_first,
    from curve_knots
    window knots as (partition by curve order by on_date)
),

middles as (
    select
        quarter_start,
        quarter_start + (date_diff('day', quarter_start, quarter_end) // 2)::integer as middle,
    from quarters
)

select
    segments.curve,
    middles.quarter_start,
    middles.middle,
    segments.on_date,
    segments.point_id,
    segments.next_date,
    segments.next_point_id,
    segments.previous_date,
    segments.previous_point_id,
from segments
inner join middles
    on
        (
            segments.on_date <= middles.middle
            and coalesce(segments.next_date > middles.middle, true)
        )
        or (
            segments.is_first
            and segments.curve = 'compute_per_token'
            and segments.on_date > middles.middle
        )
