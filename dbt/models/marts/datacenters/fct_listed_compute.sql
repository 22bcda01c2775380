with listed_compute as (
    select * from {{ ref('int_datacenters__listed_compute') }}
)

select
    quarter_start,
    region_id,
    list,
    basis,
    case when basis = 'sites' then listed_size end as h100e_8bit_listed,
    case when basis = 'sites' then total_size end as h100e_8bit_tracked,
    case when basis = 'clusters' then listed_size end as pflops_fp16_listed,
    case when basis = 'clusters' then total_size end as pflops_fp16_named,
    100 * listed_size / nullif(total_size, 0) as share_pct,
    listed_assets,
    assets,
    listed_organisation_ids,
    source_ids,
    known_on,
    confidence,
from listed_compute
