-- The row of the estimator's versions that a published shipment is.
with shipments as (
    select * from {{ ref('int_shipments__listed_shipments') }}
)

select
    quarter_start,
    chip_id,
    owner,
    'shipment' as step,
    'document' as input_table,
    document_sha256 || ':' || document_row as input_key,
    1.0::double as weight,
from shipments
