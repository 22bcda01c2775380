{#- The nineteen probabilities at which a distribution of the outlook is kept and scored. -#}
{% macro outlook_probabilities() -%}
    {%- for step in range(1, 20) -%}
        {{ '%.2f' | format(step * 0.05) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#- Those probabilities with the points of the standard normal distribution: `probability`, `z`. -#}
{% macro outlook_normal_points() -%}
    (
        select
            u as probability,
            {{ probit('u') }} as z,
        from (select unnest([{{ outlook_probabilities() }}])::double as u)
    )
{%- endmacro %}


{#- The rules on deliveries that are tried on the past; ours is the first. -#}
{% macro outlook_rules() -%}
    {{ return(['outlook', 'outlook_level_known', 'mean_growth', 'last_four_growth', 'flat']) }}
{%- endmacro %}


{#-
    The loss of a point as a forecast of a logarithm: the part of the distance that lies on its wrong
    side. Twice its mean over evenly spaced probabilities is the CRPS.
-#}
{% macro pinball(probability, point, truth) -%}
    case
        when {{ truth }} >= {{ point }} then {{ probability }} * (ln({{ truth }}) - ln({{ point }}))
        else (1 - {{ probability }}) * (ln({{ point }}) - ln({{ truth }}))
    end
{%- endmacro %}


{#-
    Five points of a quantity over the draws as one value with names (`p05` to `p95`), null where it has
    none.

    Args:
        value: expression of the quantity.
        where: which rows count.
-#}
{% macro outlook_points(value, where='draw > 0') -%}
    {%- set found -%}
        quantile_cont({{ value }}, [0.05, 0.25, 0.5, 0.75, 0.95]) filter (where {{ where }})
    {%- endset -%}
    case
        when {{ found }} is not null
            then {
                'p05': ({{ found }})[1], 'p25': ({{ found }})[2], 'p50': ({{ found }})[3],
                'p75': ({{ found }})[4], 'p95': ({{ found }})[5]
            }
    end
{%- endmacro %}
