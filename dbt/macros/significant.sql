{#-
    Round a quantile to four significant digits, so that two engines agree on what is published.
    Units, counts and central paths are not rounded.
-#}
{% macro significant(value) -%}
    case
        when {{ value }} = 0 then 0.0
        else round({{ value }}, (3 - floor(log10(abs({{ value }}))))::integer)
    end
{%- endmacro %}
