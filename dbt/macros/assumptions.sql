{#-
    How models read the assumptions: by the names of parameters, written out in the call, where a
    table would stand: `from {{ assumption_draws('deployment_lag') }} as lags`. Each call notes in the
    model's `meta` what it reads (`assumptions:<kind>:<parameter>`), so that the manifest holds the
    list of models and parameters. Tests hold it against the table of parameters, and a lint lets
    no other text of a model name the tables behind these macros.
-#}


{#-
    Rows of the assumptions with their scope and points, of one or more parameters.

    Gives one row per assumption with all columns of `int_inputs__assumptions`; values in the unit
    of the parameter.
-#}
{% macro assumption_points() -%}
    {{ _note_reading('points', varargs) -}}
    (
        select *
        from {{ ref('int_inputs__assumptions') }}
        where parameter in ({{ _quoted(varargs) }})
    )
{%- endmacro %}


{#-
    Rows of the assumptions on every draw, of one or more parameters.

    Gives one row per assumption and draw with all columns of `int_inputs__assumptions`, `draw` (0 is
    the central path) and `value` in the unit of the parameter.
-#}
{% macro assumption_draws() -%}
    {{ _note_reading('draws', varargs) -}}
    (
        select
            assumptions.*,
            drawn.draw,
            drawn.value,
        from {{ ref('int_inputs__assumptions') }} as assumptions
        inner join {{ ref('int_inputs__assumption_draws') }} as drawn
            on assumptions.assumption_id = drawn.assumption_id
        where assumptions.parameter in ({{ _quoted(varargs) }})
    )
{%- endmacro %}


{#-
    Parameters that have one row each, side by side: one row in all, with the central value of each
    in a column of its name.
-#}
{% macro constant_points() -%}
    {{ _note_reading('constant', varargs) -}}
    (
        select
            {%- for parameter in varargs %}
            max(value_central) filter (where parameter = '{{ parameter }}') as {{ parameter }},
            {%- endfor %}
        from {{ ref('int_inputs__assumptions') }}
        where parameter in ({{ _quoted(varargs) }})
    )
{%- endmacro %}


{#-
    Parameters that have one row each, side by side on every draw: one row per draw, with the value of
    each in a column of its name.
-#}
{% macro constant_draws() -%}
    {{ _note_reading('constant', varargs) -}}
    (
        select
            drawn.draw,
            {%- for parameter in varargs %}
            max(drawn.value) filter (where assumptions.parameter = '{{ parameter }}') as {{ parameter }},
            {%- endfor %}
        from {{ ref('int_inputs__assumptions') }} as assumptions
        inner join {{ ref('int_inputs__assumption_draws') }} as drawn
            on assumptions.assumption_id = drawn.assumption_id
        where assumptions.parameter in ({{ _quoted(varargs) }})
        group by drawn.draw
    )
{%- endmacro %}


{#-
    Rows of the assumptions that stand behind a figure, for tables that tell which they are and take
    no value from them. Being told of counts as no reading.
-#}
{% macro cited_assumptions(parameters) -%}
    {%- set parameters = parameters | list -%}
    {{ _note_reading('cited', parameters) -}}
    (
        select * exclude (value_low, value_central, value_high)
        from {{ ref('int_inputs__assumptions') }}
        where parameter in ({{ _quoted(parameters) }})
    )
{%- endmacro %}


{#- Names as SQL texts, each on a line. -#}
{% macro _quoted(names) -%}
    {%- for name in names %}
            '{{ name }}'{{ ',' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#- Note in the model's meta which parameters it reads, and refuse a call that names none. -#}
{% macro _note_reading(kind, parameters) -%}
    {%- if not parameters -%}
        {{ exceptions.raise_compiler_error('name the parameters that are read') }}
    {%- endif -%}
    {%- for parameter in parameters -%}
        {{ config(meta={'assumptions:' ~ kind ~ ':' ~ parameter: true}) }}
    {%- endfor -%}
{%- endmacro %}


{#-
    Who reads which parameter, for tests of the assumptions: an SQL list of (model, kind, parameter),
    taken from the notes in the manifest.
-#}
{% macro readings_of_assumptions() -%}
    {%- set readings = [] -%}
    {#- while dbt parses, the manifest is not whole yet -#}
    {%- for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' -%}
        {%- for note in node.config.meta if note.startswith('assumptions:') -%}
            {%- do readings.append([node.name] + note.split(':')[1:]) -%}
        {%- endfor -%}
    {%- endfor -%}
    (
        values
        {%- for model, kind, parameter in readings | sort %}
        ('{{ model }}', '{{ kind }}', '{{ parameter }}'){{ ',' if not loop.last }}
        {%- else %}
        (null, null, null)
        {%- endfor %}
    )
{%- endmacro %}
