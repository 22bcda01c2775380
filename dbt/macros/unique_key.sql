{#-
    The key of a table: its columns are never null and no two rows share them. Every mart has this
    test; the release orders and compares rows by the key that it states.
-#}
{% test unique_key(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count,
from {{ model }}
group by all
having
    count(*) > 1
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
