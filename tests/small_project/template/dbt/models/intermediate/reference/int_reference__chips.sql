select
    chip_id,
    chip_name,
    is_datacenter,
from {{ ref('stg_chips__chips') }}
