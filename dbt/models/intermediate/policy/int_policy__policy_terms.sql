-- Terms that acts put on chips beside the licence.
with terms as (
    select * from {{ ref('stg_export_controls__policy_terms') }}
)

select
    term_id,
    policy_id,
    kind,
    destination_group as destination_country,
    rate_pct,
    says,
    exemptions,
    standard_basis,
    published_on as standard_basis_on,
    source_id as source_ids,
    known_on,
    confidence,
from terms
