{#-
    Condition that a list of values split by semicolons holds one of them.

    Args:
        list: expression of the list.
        value: the value, as text.
-#}
{% macro list_holds(list, value) -%}
    instr(concat(';', {{ list }}, ';'), ';{{ value }};') > 0
{%- endmacro %}
