with control_clauses as (
    select * from {{ ref('int_policy__control_clauses') }}
)

select
    clause_id,
    policy_id,
    control_item,
    condition_text,
    valid_from,
    valid_to,
    source_ids,
    known_on,
    confidence,
from control_clauses
