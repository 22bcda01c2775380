select
    scenario_id,
    title,
    description,
    policy_ids,
from {{ ref('int_policy__scenario_titles') }}
