select
    date_trunc('quarter', quoted_on)::date as quarter_start,
    chip_id,
    count(*) as quotes,
    median(usd_per_hour_p50) as usd_per_hour_p50,
    string_agg(distinct source_id, ',' order by source_id) as source_ids,
    max(known_on) as known_on,
    max(confidence) as confidence,
from {{ ref('stg_quotes__quotes') }}
group by all
