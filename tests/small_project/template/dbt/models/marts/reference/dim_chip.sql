select
    chip_id,
    chip_name,
    is_datacenter,
from {{ ref('int_reference__chips') }}
