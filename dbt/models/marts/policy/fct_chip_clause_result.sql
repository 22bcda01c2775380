with reasoning as (
    select * from {{ ref('int_policy__chip_reasoning') }}
)

select
    chip_id,
    control_item,
    clause_id,
    metric,
    operator,
    valid_from,
    valid_to,
    threshold,
    chip_value,
    is_met,
    headroom_pct,
    policy_id,
from reasoning
where scenario_id = 'baseline'
