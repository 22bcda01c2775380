{#-
    A sum that does not depend on the order of its rows: whole numbers are added, so threads and
    folders cannot change a bit of it. They are added as doubles, which hold whole numbers exactly up
    to 9e15 and cost two thirds of 128-bit integers; a test keeps the sums below that.

    Args:
        value: expression to add; null adds nothing, as in `sum`.
        digits: decimals of a unit that are kept; by default thousandths, for sums up to 9e12.
-#}
{% macro exact_sum(value, digits=3) -%}
    (sum(round(({{ value }}) * 1e{{ digits }})) / 1e{{ digits }})
{%- endmacro %}


{#-
    Three points of a quantity as one value with names: the 5, 50 and 95 % point, read as
    `points.p05`, `points.p50` and `points.p95`.
-#}
{% macro named_points(p05, p50, p95) -%}
    {'p05': {{ p05 }}, 'p50': {{ p50 }}, 'p95': {{ p95 }}}
{%- endmacro %}


{#-
    The 5, 50 and 95 % points of a quantity over the draws as one value, null where it has none; the
    central path (draw 0) does not count. Read it with `quantile_columns` in the next query.

    Args:
        value: expression of the quantity.
        where: which rows count.
-#}
{% macro quantile_points(value, where='draw > 0') -%}
    {%- set found -%}
        quantile_cont({{ value }}, [0.05, 0.5, 0.95]) filter (where {{ where }})
    {%- endset -%}
    case
        when {{ found }} is not null
            then {{ named_points('(' ~ found ~ ')[1]', '(' ~ found ~ ')[2]', '(' ~ found ~ ')[3]') }}
    end
{%- endmacro %}


{#-
    Three columns `<prefix>_p05`, `_p50` and `_p95`, rounded to significant digits, out of
    `quantile_points`; null where those are.
-#}
{% macro quantile_columns(points, prefix) -%}
    {%- for point in ['p05', 'p50', 'p95'] -%}
    {{ significant(points ~ '.' ~ point) }} as {{ prefix }}_{{ point }}{{ ',\n    ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#-
    A sum of doubles in a fixed order of its values, so that two builds agree to the last bit; null
    where there is nothing to add up.
-#}
{% macro ordered_sum(value) -%}
    {{ 'sum(' ~ value ~ ' order by ' ~ value ~ ')' if value else 'null' }}
{%- endmacro %}


{#-
    The sum over kinds of work of a group that has one row of each at most: in the order of their
    names, as `ordered_sum` adds, but without sorting each group. Null where nothing is to be added.
-#}
{% macro workload_sum(value) -%}
    case
        when count({{ value }}) > 0 then
            {%- for workload in ['inference', 'training_large', 'training_small'] %}
            coalesce(max({{ value }}) filter (where workload_id = '{{ workload }}'), 0)
            {{- ' +' if not loop.last }}
            {%- endfor %}
    end
{%- endmacro %}


{#- No points, of the type that `quantile_points` gives. -#}
{% macro no_points() -%}
    cast(null as struct(p05 double, p50 double, p95 double))
{%- endmacro %}


{#-
    A difference of two amounts, in which what the last digits of a double leave is nothing: below a
    thousand-millionth of the larger amount it is zero.
-#}
{% macro difference(minuend, subtrahend) -%}
    case
        when
            abs(({{ minuend }}) - ({{ subtrahend }}))
            <= 1e-9 * greatest(abs({{ minuend }}), abs({{ subtrahend }}))
            then 0.0
        else ({{ minuend }}) - ({{ subtrahend }})
    end
{%- endmacro %}
