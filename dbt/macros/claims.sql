{#-
    What a reading of a claim says as one value with names: its low end, its middle and its high end,
    read as `ends.low`, `ends.middle` and `ends.high`.
-#}
{% macro ends(low, middle, high) -%}
    {'low': ({{ low }})::double, 'middle': ({{ middle }})::double, 'high': ({{ high }})::double}
{%- endmacro %}


{#-
    An expression for each of the three ends.

    Args:
        expression: with `<end>` in the place of the name of the end.
-#}
{% macro each_end(expression) -%}
    {{ ends(
        expression | replace('<end>', 'low'),
        expression | replace('<end>', 'middle'),
        expression | replace('<end>', 'high')
    ) }}
{%- endmacro %}


{#- Three numbers as ends, the smallest first; null in the place of the list is null. -#}
{% macro ends_of_list(list) -%}
    case
        when {{ list }} is not null
            then {{ ends('(' ~ list ~ ')[1]', '(' ~ list ~ ')[2]', '(' ~ list ~ ')[3]') }}
    end
{%- endmacro %}


{#- The ends that `<end>` gives in an expression, the smallest first. -#}
{% macro sorted_ends(expression) -%}
    {{ ends_of_list(
        'list_sort([' ~ expression | replace('<end>', 'low') ~ ', '
        ~ expression | replace('<end>', 'middle') ~ ', '
        ~ expression | replace('<end>', 'high') ~ '])'
    ) }}
{%- endmacro %}


{#- The 5, 50 and 95 % points of a quantity as ends; null where it has none. -#}
{% macro ends_of_points(points) -%}
    case
        when {{ points }} is not null
            then {{ ends(points ~ '.p05', points ~ '.p50', points ~ '.p95') }}
    end
{%- endmacro %}


{#-
    Three quantiles of a quantity as ends, null where it has none.

    Args:
        value: expression of the quantity.
        where: which rows count; the central path (draw 0) is no draw.
        quantiles: the quantiles.
-#}
{% macro quantile_ends(value, where='draw > 0', quantiles=[0.05, 0.5, 0.95]) -%}
    {{ ends_of_list(
        'quantile_cont(' ~ value ~ ', ' ~ quantiles ~ ') filter (where ' ~ where ~ ')'
    ) }}
{%- endmacro %}


{#- The quartiles of readings as ends, null where there is none. -#}
{% macro quartile_ends(value, where='true') -%}
    {{ quantile_ends(value, where, [0.25, 0.5, 0.75]) }}
{%- endmacro %}


{#- The smallest, the median and the largest of readings as ends. -#}
{% macro range_ends(value, where='true') -%}
    {{ ends(
        'min(' ~ value ~ ') filter (where ' ~ where ~ ')',
        'median(' ~ value ~ ') filter (where ' ~ where ~ ')',
        'max(' ~ value ~ ') filter (where ' ~ where ~ ')'
    ) }}
{%- endmacro %}


{#- A count that is a floor: what is not listed is not known. -#}
{% macro floor_ends(count) -%}
    {{ ends(count, count, "'infinity'::double") }}
{%- endmacro %}


{#- The three ends of a reading as text: the middle and in brackets the others. -#}
{% macro shown_points(points) -%}
    case
        when {{ points }}.low = {{ points }}.high then {{ shown_number(points ~ '.middle') }}
        else
            {{ shown_number(points ~ '.middle') }} || ' ('
            || {{ shown_number(points ~ '.low') }} || ' to '
            || case
                when isinf({{ points }}.high) then 'any'
                else {{ shown_number(points ~ '.high') }}
            end || ')'
    end
{%- endmacro %}


{#-
    How a quantity lies to the bounds of a test: supported where its whole interval meets them,
    refuted where none of it does, mixed where it reaches over a bound; null where there is none.

    Args:
        points: low, middle and high end, as `ends` gives them.
        comparison: expression of `at_least`, `at_most` or `between`.
        low, high: expressions of the bounds; `high` only counts for `between`.
-#}
{% macro claim_verdict(points, comparison, low, high) -%}
    case
        when {{ points }}.low is null or {{ points }}.high is null then null
        when {{ comparison }} = 'at_least' then case
            when {{ points }}.low >= {{ low }} then 'supported'
            when {{ points }}.high < {{ low }} then 'refuted'
            else 'mixed'
        end
        when {{ comparison }} = 'at_most' then case
            when {{ points }}.high <= {{ low }} then 'supported'
            when {{ points }}.low > {{ low }} then 'refuted'
            else 'mixed'
        end
        when {{ comparison }} = 'between' then case
            when {{ points }}.low >= {{ low }} and {{ points }}.high <= {{ high }} then 'supported'
            when {{ points }}.high < {{ low }} or {{ points }}.low > {{ high }} then 'refuted'
            else 'mixed'
        end
    end
{%- endmacro %}
