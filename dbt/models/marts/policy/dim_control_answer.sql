with chip_answers as (
    select * from {{ ref('int_policy__chip_answers') }}
)

select
    answer_number,
    chip_id,
    outcome,
    strictness,
    control_item,
    clause_id,
    policy_id,
    licence_policy_id,
    licence_review,
    licence_exception_name,
    licence_condition,
    standard_basis,
    standard_basis_on,
    deciding_kind,
    deciding_id,
    deciding_detail,
    deciding_reason,
    binding_metric,
    binding_value,
    binding_threshold,
    headroom_pct,
from chip_answers
-- of the answers that say the same of a chip one stands for all
where answer_id = chip_answer_id
