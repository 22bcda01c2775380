{#-
    Condition that a day lies in or after the first month whose offers changed since the tables of
    the build before were made. The model must refer to `int_prices__first_changed_month`.

    Args:
        day: expression of type date.
-#}
{% macro is_changed_since(day) -%}
    {{ day }} >= (select month_start from {{ ref('int_prices__first_changed_month') }})
{%- endmacro %}


{#-
    For the pre-hook of an incremental model: deletes what the model is about to make anew.

    Args:
        day: expression of type date over the model's columns, as in the model itself.
-#}
{% macro delete_changed(day) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ is_changed_since(day) }}
    {%- endif -%}
{%- endmacro %}
