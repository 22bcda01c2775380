select
    buyer_label,
    buyer_id,
from {{ ref('int_policy__buyer_names') }}
