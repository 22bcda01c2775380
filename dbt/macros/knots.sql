{#-
    Two queries of a `with` list that place each day between the points of a curve. A curve is given
    by dated points and is straight between them on the scale on which its values are kept. The
    value of a day is `first + weight * (second - first)` of two points of the curve, where

        weight = inside_weight + s * outside_weight

    and `s` is the part of the nearest slope that goes on outside the points: 0 holds the nearest
    point, 1 goes straight on. A curve of a single point is flat.

    Args:
        points: relation with `curve` and `on_date`; only these two are read.
        days: relation with `curve` and `on_date`: the days for which each curve is asked.
        name: what to call the result: curve, on_date, first_on, second_on, inside_weight,
            outside_weight.
-#}
{% macro place_between_points(points, days, name) -%}
{{ name }}_points as (
    select
        curve,
        list_sort(list(distinct on_date)) as dates,
    from {{ points }}
    group by curve
),

{{ name }} as (
    select
        curve,
        on_date,
        dates[position] as first_on,
        dates[least(position + 1, len(dates))] as second_on,
        case
            when on_date < dates[1] or len(dates) = 1 then 0.0
            when on_date >= dates[len(dates)] then 1.0
            else
                date_diff('day', dates[position], on_date)
                / date_diff('day', dates[position], dates[position + 1])::double
        end as inside_weight,
        case
            when len(dates) = 1 then 0.0
            when on_date < dates[1]
                then
                    -date_diff('day', on_date, dates[1])
                    / date_diff('day', dates[1], dates[2])::double
            when on_date > dates[len(dates)]
                then
                    date_diff('day', dates[len(dates)], on_date)
                    / date_diff('day', dates[len(dates) - 1], dates[len(dates)])::double
            else 0.0
        end as outside_weight,
    from (
        select
            asked.curve,
            asked.on_date,
            {{ name }}_points.dates,
            -- the last point at or before the day, but never the last of all
            greatest(
                1,
                least(
                    len(list_filter({{ name }}_points.dates, day -> day <= asked.on_date)),
                    len({{ name }}_points.dates) - 1
                )
            ) as position,
        from (
            select
                curve,
                on_date,
            from {{ days }}
            group by curve, on_date
        ) as asked
        inner join {{ name }}_points on asked.curve = {{ name }}_points.curve
    )
)
{%- endmacro %}


{#-
    Queries of a `with` list that read curves of draws at days: straight between their points on the
    scale on which they are kept, level outside them.

    Args:
        points: relation with `curve`, `on_date`, `draw` and `scaled`.
        days: relation with `curve` and `on_date`: the days for which each curve is asked.
        name: what to call the result: curve, on_date, draw, scaled.
-#}
{% macro read_curves(points, days, name) -%}
{{ place_between_points(points, days, name ~ '_placed') }},

{{ name }} as (
    select
        placed.curve,
        placed.on_date,
        firsts.draw,
        firsts.scaled + placed.inside_weight * (seconds.scaled - firsts.scaled) as scaled,
    from {{ name }}_placed as placed
    inner join {{ points }} as firsts
        on
            placed.curve = firsts.curve
            and placed.first_on = firsts.on_date
    inner join {{ points }} as seconds
        on
            placed.curve = seconds.curve
            and placed.second_on = seconds.on_date
            and firsts.draw = seconds.draw
)
{%- endmacro %}
