-- The rules in force on the as-of day for an export from the United States to a buyer of the
-- destination; the three other questions (re-export, a parent in China or Macau, both) are columns.
with build as (
    select as_of from {{ source('build', 'parameters') }}
),

statuses as (
    select status.*
    from {{ published('fct_chip_control_status') }} as status
    cross join build
    where
        status.scenario_id = 'baseline'
        and status.valid_from <= build.as_of
        and (status.valid_to is null or status.valid_to > build.as_of)
),

{% set questions = {
    'reexport_outcome': {'buyer': 'local', 'transaction': 'reexport'},
    'chinese_buyer_outcome': {'buyer': 'd5_or_macau', 'transaction': 'export'},
    'chinese_buyer_reexport_outcome': {'buyer': 'd5_or_macau', 'transaction': 'reexport'},
} -%}
others as (
    select
        chip_id,
        destination_country,
        {% for name, question in questions.items() -%}
        max(outcome) filter (
            where
                buyer_headquarters = '{{ question.buyer }}'
                and transaction = '{{ question.transaction }}'
        ) as {{ name }},
        {% endfor -%}
    from statuses
    group by chip_id, destination_country
)

select
    statuses.chip_id,
    statuses.destination_country,
    statuses.outcome,
    statuses.strictness,
    statuses.valid_from as since,
    statuses.valid_to as until,
    statuses.control_item,
    statuses.policy_id,
    statuses.deciding_reason,
    statuses.binding_metric,
    statuses.binding_value,
    statuses.binding_threshold,
    statuses.headroom_pct,
    statuses.destination_restriction,
    {% for name in questions -%}
    others.{{ name }},
    {% endfor -%}
from statuses
inner join others
    on
        statuses.chip_id = others.chip_id
        and statuses.destination_country = others.destination_country
where
    statuses.buyer_headquarters = 'local'
    and statuses.transaction = 'export'
