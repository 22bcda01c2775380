-- What may be ahead, by world, quarter, region and measure, with the rule of the record alone, the simple
-- rule and the record beside it.
with outlooks as (
    select * from {{ ref('int_outlook__outlooks') }}
)

select
    scenario_id,
    growth_scenario_id,
    quarter_start,
    region_id,
    workload_id,
    access,
    measure,
    yardstick,
    unit,
    {%- for point in [
        'value_p05', 'value_p25', 'value_p50', 'value_p75', 'value_p95', 'orders_p05', 'orders_p50',
        'orders_p95', 'rule_p05', 'rule_p50', 'rule_p95'
    ] %}
    {{ significant(point) }} as {{ point }},
    {%- endfor %}
    record_cases,
    round(record_coverage_90, 4) as record_coverage_90,
    round(record_skill, 4) as record_skill,
    round(record_skill_over_rule, 4) as record_skill_over_rule,
    origin_quarter,
    known_to,
    quarters_ahead::bigint as quarters_ahead,
    quarters_after_last_count::bigint as quarters_after_last_count,
    uninformative_reason is null as is_informative,
    uninformative_reason,
    'inferred' as confidence,
from outlooks
