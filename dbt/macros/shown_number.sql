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
