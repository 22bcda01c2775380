select
    quarter_start,
    quarter_end,
    quarter_label,
    is_balance_quarter,
from {{ ref('int_reference__calendar_quarters') }}
