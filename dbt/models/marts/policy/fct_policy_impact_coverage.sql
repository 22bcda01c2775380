select
    policy_id,
    destination_country,
    is_quantified,
    reason,
    scenario_flow_ids,
from {{ ref('int_policy__impact_coverage') }}
