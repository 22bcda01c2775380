-- A judgement that names a section of the balance, of the policies' impact or of the cost floor but
-- that no model reads is a mistake: either the model forgot it or the row has no use. A parameter
-- counts as read where a model's own text names it (the cost floor names it without the region that
-- some rows carry in their parameter), and a row where a flow of a scenario names it. Rows that are
-- checks, bounds or the structure of draws drive nothing and may stay unread here.
{% set texts = [] -%}
{% for node in graph.nodes.values() if node.resource_type == 'model' -%}
    {% do texts.append(node.raw_code) -%}
{% endfor -%}
{% set words = modules.re.findall("'([a-z0-9_]+)'", texts | join(' ')) | unique | list %}

with assumptions as (
    select
        *,
        list_has_any(
            sections,
            ['2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '16']
        ) as is_of_balance,
    from {{ ref('int_inputs__assumptions') }}
),

named as (
    select unnest([
        {%- for word in words %}
        '{{ word }}'{{ ',' if not loop.last }}
        {%- endfor %}
    ]) as word
),

named_by_flows as (
    select assumption_id
    from {{ ref('stg_scenarios__scenario_flows') }}
    where assumption_id is not null
    group by assumption_id
)

select assumptions.assumption_id
from assumptions
left join named
    on
        assumptions.parameter = named.word
        or (
            list_contains(assumptions.sections, '16')
            and regexp_replace(assumptions.parameter, '_(us|cn)$', '') = named.word
        )
left join named_by_flows on assumptions.assumption_id = named_by_flows.assumption_id
where
    assumptions.is_of_balance
    and assumptions.is_driver
    and named.word is null
    and named_by_flows.assumption_id is null
