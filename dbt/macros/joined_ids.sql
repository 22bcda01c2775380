{#-
    The distinct ids of several comma-separated lists as one such list, in alphabetic order; as an
    aggregate over rows.

    Args:
        ids: expression of a comma-separated list of ids; null adds none.
-#}
{% macro joined_ids(ids) -%}
    array_to_string(list_sort(list_distinct(string_split(string_agg({{ ids }}, ','), ','))), ',')
{%- endmacro %}
