{#- A model is called by its name; those of schema `bi` without the layer before it: `bi.balance`. -#}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name -%}
        {{ custom_alias_name | trim }}
    {%- elif node.fqn[1] == 'bi' -%}
        {{ node.name[3:] }}
    {%- else -%}
        {{ node.name }}
    {%- endif -%}
{%- endmacro %}
