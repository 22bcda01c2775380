-- The curves of inference demand at the middle of each quarter, on every draw: straight on a
-- logarithmic scale between their points. After the last point a token curve goes on at a judged
-- part of its last slope, and compute per token stays as it is; before its first point a token
-- curve is unknown, while compute per token holds its first value.
with curve_knots as (
    select * from {{ ref('int_demand__curve_knots') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

extrapolations as (
    select
        draw,
        growth_after_last_observation as share_of_slope,
    from {{ constant_draws('growth_after_last_observation') }}
),

segments as (
    select
        curve,
        draw,
        on_date,
        ln(value) as log_value,
        lead(on_date) over knots as next_date,
        lead(ln(value)) over knots as next_log_value,
        lag(on_date) over knots as previous_date,
        lag(ln(value)) over knots as previous_log_value,
        row_number() over knots = 1 as is_first,
    from curve_knots
    window knots as (partition by curve, draw order by on_date)
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
    segments.draw,
    middles.middle > segments.on_date and segments.next_date is null as is_extrapolated,
    exp(
        segments.log_value
        + case
            when segments.next_date is not null and middles.middle >= segments.on_date
                then
                    (segments.next_log_value - segments.log_value)
                    * date_diff('day', segments.on_date, middles.middle)
                    / date_diff('day', segments.on_date, segments.next_date)
            when segments.next_date is null and segments.curve <> 'compute_per_token'
                then
                    extrapolations.share_of_slope
                    * (segments.log_value - segments.previous_log_value)
                    * date_diff('day', segments.on_date, middles.middle)
                    / date_diff('day', segments.previous_date, segments.on_date)
            else 0
        end
    ) as value,
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
inner join extrapolations on segments.draw = extrapolations.draw
