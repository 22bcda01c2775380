select
    organisation_id,
    list,
    entity_id,
    listed_on,
    removed_on,
    listed_organisation_id,
    is_through_parent,
    policy_id,
    source_ids,
    known_on,
    confidence,
from {{ ref('int_policy__listed_organisations') }}
