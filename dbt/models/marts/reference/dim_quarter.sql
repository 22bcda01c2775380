select
    quarter_start,
    quarter_end,
    quarter_label,
from {{ ref('int_reference__quarters') }}
