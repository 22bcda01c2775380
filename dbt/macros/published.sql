{#-
    A table of the release by schema and name alone: the views of the bridges ship with it, and the
    file may be opened under any name.

    Args:
        name: a mart or another bridge.
-#}
{% macro published(name) -%}
    {{ ref(name).include(database=false) }}
{%- endmacro %}


{#-
    Rows of a bridge that name the limits which a step keeps, out of the assumptions registry.

    Args:
        rows: query with the key of the explained table.
        key: columns of that key.
        assumption_ids: the limits.
        step: what to call them.
-#}
{% macro limit_inputs(rows, key, assumption_ids, step='assumptions') -%}
    select
        {{ key | join(',\n        ') }},
        '{{ step }}' as step,
        'assumptions__assumptions' as input_table,
        unnest({{ assumption_ids }}) as input_key,
        cast(null as double) as weight,
    from {{ rows }}
{%- endmacro %}


{#-
    The part of one offer in a mean that gives providers, and the offers of each, equal weight; an
    expression over windows.

    Args:
        result: columns of which each value has a mean of its own.
        provider: column whose values weigh alike.
-#}
{% macro provider_share(result, provider='provider') -%}
    1.0
    / count(distinct {{ provider }}) over (partition by {{ result | join(', ') }})
    / count(*) over (partition by {{ result | join(', ') }}, {{ provider }})
{%- endmacro %}


{#-
    Names a row of a mart by its key, as `column=value` pairs split by |: an expression.

    Args:
        columns: column of the key -> expression of its value; or a list of columns that are there
            under their own names.
-#}
{% macro row_key(columns) -%}
    {%- if columns is not mapping -%}
        {%- set names = columns -%}
        {%- set columns = {} -%}
        {%- for name in names -%}{%- set _ = columns.update({name: name}) -%}{%- endfor -%}
    {%- endif -%}
    concat(
        {%- for name, value in columns.items() %}
        '{{ '|' if not loop.first }}{{ name }}=', {{ value }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
