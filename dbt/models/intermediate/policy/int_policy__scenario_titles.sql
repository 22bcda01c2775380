-- The scenarios by id with what they suppose; `baseline` has no switches and so no row of its own.
with scenarios as (
    select * from {{ ref('stg_scenarios__scenarios') }}
)

select
    scenario_id,
    min(title) as title,
    min(description) as description,
    string_agg(distinct policy_id, ',' order by policy_id) as policy_ids,
from scenarios
group by scenario_id

union all

select
    'baseline' as scenario_id,
    'What happened' as title,
    'All rules as they were announced, came into force and ended.' as description,
    null as policy_ids,
