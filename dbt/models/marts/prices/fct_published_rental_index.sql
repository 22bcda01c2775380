select
    quote_id,
    observed_on,
    span_start,
    index_name,
    chip_id,
    commitment,
    usd_per_gpu_hour,
    source_publisher,
    source_url,
    source_id as source_ids,
    known_on,
    confidence,
from {{ ref('int_prices__published_indices') }}
