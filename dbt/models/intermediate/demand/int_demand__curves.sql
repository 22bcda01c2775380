-- The curves of inference demand at the middle of each quarter, on every draw: straight on a
-- logarithmic scale between their points. After the last point a token curve goes on at a judged
-- part of its last slope, and compute per token stays as it is; before its first point a token
-- curve is unknown, while compute per token holds its first value.
with curve_segments as (
    select * from {{ ref('int_demand__curve_segments') }}
),

curve_knots as (
    select * from {{ ref('int_demand__curve_knots') }}
),

extrapolations as (
    select
        draw,
        growth_after_last_observation as share_of_slope,
    from {{ constant_draws('growth_after_last_observation') }}
),

knots as (
    select
        curve,
        on_date,
        draw,
        ln(value) as log_value,
    from curve_knots
)

select
    segments.curve,
    segments.quarter_start,
    here.draw,
    segments.middle > segments.on_date and segments.next_date is null as is_extrapolated,
    exp(
        here.log_value
        + case
            when segments.next_date is not null and segments.middle >= segments.on_date
                then
                    (later.log_value - here.log_value)
                    * date_diff('day', segments.on_date, segments.middle)
                    / date_diff('day', segments.on_date, segments.next_date)
            when segments.next_date is null and segments.curve <> 'compute_per_token'
                then
                    extrapolations.share_of_slope
                    * (here.log_value - earlier.log_value)
                    * date_diff('day', segments.on_date, segments.middle)
                    / date_diff('day', segments.previous_date, segments.on_date)
            else 0
        end
    ) as value,
from curve_segments as segments
inner join knots as here
    on
        segments.curve = here.curve
        and segments.on_date = here.on_date
inner join extrapolations on here.draw = extrapolations.draw
left join knots as later
    on
        segments.curve = later.curve
        and segments.next_date = later.on_date
        and here.draw = later.draw
left join knots as earlier
    on
        segments.curve = earlier.curve
        and segments.previous_date = earlier.on_date
        and here.draw = earlier.draw
