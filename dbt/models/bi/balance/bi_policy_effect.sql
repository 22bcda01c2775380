select
    {{ region_columns('impacts') }},
    {% for work in ['training_large', 'training_small', 'inference'] -%}
    {% set of_work = "impacts.workload_id = '" ~ work ~ "'" -%}
    {{ points_of('impacts.h100e', work ~ '_h100e', "impacts.effect = 'total' and " ~ of_work) }},
    {% for effect in ['quantity', 'quality'] -%}
    {{ points_of(
        'impacts.h100e',
        work ~ '_' ~ effect ~ '_h100e',
        "impacts.effect = '" ~ effect ~ "' and " ~ of_work,
        ['p50']
    ) }},
    {% endfor -%}
    {% endfor -%}
    bool_and(impacts.is_quantified) as is_quantified,
    bool_or(impacts.is_nowcast) as is_nowcast,
from {{ published('fct_policy_impact') }} as impacts
{{ region_joins('impacts') }}
-- all American chip rules for China together; other scenarios overlap with it
where impacts.scenario_id = 'no-us-chip-rules'
group by {{ region_columns('impacts') }}
