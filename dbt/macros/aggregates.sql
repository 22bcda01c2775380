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
    The 5, 50 and 95 % points of a quantity over the draws as one list; the central path (draw 0)
    does not count. Read it with `quantile_columns` in the next query.
-#}
{% macro quantile_points(value) -%}
    quantile_cont({{ value }}, [0.05, 0.5, 0.95]) filter (where draw > 0)
{%- endmacro %}


{#-
    Three columns `<prefix>_p05`, `_p50` and `_p95`, rounded to significant digits, out of a list of
    `quantile_points`; null where the list is.
-#}
{% macro quantile_columns(points, prefix) -%}
    {{ significant(points ~ '[1]') }} as {{ prefix }}_p05,
    {{ significant(points ~ '[2]') }} as {{ prefix }}_p50,
    {{ significant(points ~ '[3]') }} as {{ prefix }}_p95
{%- endmacro %}


{#-
    A sum of doubles in a fixed order of its values, so that two builds agree to the last bit; null
    where there is nothing to add up.
-#}
{% macro ordered_sum(value) -%}
    {{ 'sum(' ~ value ~ ' order by ' ~ value ~ ')' if value else 'null' }}
{%- endmacro %}
