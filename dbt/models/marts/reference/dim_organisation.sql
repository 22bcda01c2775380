select
    organisation_id,
    organisation_name,
    organisation_name_zh,
    kind,
    country_code,
    region_id,
    parent_organisation_id,
    source_ids,
    known_on,
    confidence,
from {{ ref('int_reference__organisations') }}
