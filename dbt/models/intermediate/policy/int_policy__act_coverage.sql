-- Acts by whether somebody must still state their volumes: an act that decides about chips, has no
-- flow at any destination, and no review that says why.
with impact_coverage as (
    select * from {{ ref('int_policy__impact_coverage') }}
)

select
    policy_id,
    bool_or(is_quantified) as is_quantified_somewhere,
    bool_and(decides and not has_flows and not is_reviewed) as is_open,
from impact_coverage
group by policy_id
