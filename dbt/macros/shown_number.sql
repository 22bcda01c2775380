{#-
    A number as text for a sentence: whole numbers from a thousand on, else three significant
    digits; `none` where it is null.
-#}
{% macro shown_number(value) -%}
    coalesce(
        case
            when abs({{ value }}) >= 1000 then format('{:,}', round({{ value }})::bigint)
            else format('{:.3g}', {{ value }}::double)
        end,
        'none'
    )
{%- endmacro %}


{#- The three points of a quantity as text: the middle and in brackets the ends. -#}
{% macro shown_points(points) -%}
    case
        when {{ points }}[1] = {{ points }}[3] then {{ shown_number(points ~ '[2]') }}
        else
            {{ shown_number(points ~ '[2]') }} || ' ('
            || {{ shown_number(points ~ '[1]') }} || ' to '
            || case
                when isinf({{ points }}[3]) then 'any'
                else {{ shown_number(points ~ '[3]') }}
            end || ')'
    end
{%- endmacro %}


{#-
    How a quantity lies to the bounds of a test: supported where its whole interval meets them,
    refuted where none of it does, mixed where it reaches over a bound; null where there is none.

    Args:
        points: list of low, middle and high end.
        comparison: expression of `at_least`, `at_most` or `between`.
        low, high: expressions of the bounds; `high` only counts for `between`.
-#}
{% macro claim_verdict(points, comparison, low, high) -%}
    case
        when {{ points }}[1] is null or {{ points }}[3] is null then null
        when {{ comparison }} = 'at_least' then case
            when {{ points }}[1] >= {{ low }} then 'supported'
            when {{ points }}[3] < {{ low }} then 'refuted'
            else 'mixed'
        end
        when {{ comparison }} = 'at_most' then case
            when {{ points }}[3] <= {{ low }} then 'supported'
            when {{ points }}[1] > {{ low }} then 'refuted'
            else 'mixed'
        end
        when {{ comparison }} = 'between' then case
            when {{ points }}[1] >= {{ low }} and {{ points }}[3] <= {{ high }} then 'supported'
            when {{ points }}[3] < {{ low }} or {{ points }}[1] > {{ high }} then 'refuted'
            else 'mixed'
        end
    end
{%- endmacro %}
