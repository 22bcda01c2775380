{#- temporary form until the registry of parameters lands -#}
{% macro assumption_draws(parameter) -%}
(
    select assumptions.*, assumption_draws.draw, assumption_draws.value
    from {{ ref('int_inputs__assumptions') }} as assumptions
    inner join {{ ref('int_inputs__assumption_draws') }} as assumption_draws
        on assumptions.assumption_id = assumption_draws.assumption_id
    where assumptions.parameter = '{{ parameter }}'
)
{%- endmacro %}
