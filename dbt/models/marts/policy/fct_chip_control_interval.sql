with status_by_chip as (
    select * from {{ ref('int_policy__status_by_chip') }}
)

select
    rule_set_id,
    chip_id,
    licence_timeline_id,
    status_by_chip.transaction,
    valid_from,
    valid_to,
    answer_number,
    guidance,
from status_by_chip
