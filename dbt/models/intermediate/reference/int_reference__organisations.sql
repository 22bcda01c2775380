-- Organisations with their head office's region and owner.
with organisations as (
    select * from {{ ref('stg_organisations__organisations') }}
)

select
    organisation_id,
    organisation_name,
    organisation_name_zh,
    kind,
    country_code,
    region_id,
    parent_organisation_id,
    source_id as source_ids,
    known_on,
    confidence,
from organisations
