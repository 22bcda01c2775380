select
    label,
    chip_id,
    relation,
from {{ ref('int_reference__chip_ids') }}
