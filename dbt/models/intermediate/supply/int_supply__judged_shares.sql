-- Shares and factors that are judged by the year or for a span of years, by quarter on every draw:
-- straight between the middles of what they are judged for, on the scale on which they are fitted,
-- and level before the first and after the last. Read in the middle of the quarter.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

judged as (
    select
        parameter,
        region_id,
        origin,
        fit_scale,
        draw,
        coalesce(family_key, assumption_id) as curve,
        (
            valid_from + to_months(
                (
                    date_diff('month', valid_from, coalesce(valid_to, valid_from + interval 1 year)) // 2
                )::integer
            )
        )::date as on_date,
        {{ to_fit_scale('value', 'fit_scale') }} as scaled,
    from {{ assumption_draws('powered_share', 'large_cluster_share', 'software_factor') }}
),

curve_days as (
    select
        curves.curve,
        quarters.quarter_start,
        quarters.mid_quarter_on as on_date,
    from (
        select curve
        from judged
        group by curve
    ) as curves
    cross join quarters
),

{{ place_between_points('judged', 'curve_days', 'positions') }}

select
    firsts.parameter,
    curve_days.quarter_start,
    firsts.region_id,
    firsts.origin,
    firsts.draw,
    {{ from_fit_scale(
        'firsts.scaled + positions.inside_weight * (seconds.scaled - firsts.scaled)', 'firsts.fit_scale'
    ) }} as value,
from curve_days
inner join positions
    on
        curve_days.curve = positions.curve
        and curve_days.on_date = positions.on_date
inner join judged as firsts
    on
        positions.curve = firsts.curve
        and positions.first_on = firsts.on_date
inner join judged as seconds
    on
        positions.curve = seconds.curve
        and positions.second_on = seconds.on_date
        and firsts.draw = seconds.draw
