{#-
    The weakest of several grades, which is that of what is derived from them.

    Args:
        grade: expression of a grade: reported, estimated, modelled or inferred.
-#}
{% macro weakest_confidence(grade) -%}
    max_by(
        {{ grade }},
        list_position(['reported', 'estimated', 'modelled', 'inferred'], {{ grade }})
    )
{%- endmacro %}
