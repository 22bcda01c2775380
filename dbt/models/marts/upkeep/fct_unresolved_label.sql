with label_uses as (
    select * from {{ ref('int_upkeep__label_uses') }}
)

select
    entity,
    used_in_table,
    used_in_column,
    label,
    reason,
    row_count,
    units,
    h100e_8bit,
    usd,
    training_flop,
    100 * share_of_column as share_of_column_pct,
from label_uses
where resolved_id is null
