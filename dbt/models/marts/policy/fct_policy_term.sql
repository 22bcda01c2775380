with term_chips as (
    select * from {{ ref('int_policy__term_chips') }}
),

terms as (
    select * from {{ ref('int_policy__policy_terms') }}
)

select
    term_chips.term_id,
    term_chips.chip_id,
    term_chips.valid_from,
    term_chips.valid_to,
    terms.policy_id,
    terms.kind,
    terms.destination_country,
    terms.rate_pct,
    terms.says,
    terms.exemptions,
    term_chips.is_certain,
    terms.standard_basis,
    terms.standard_basis_on,
    terms.source_ids,
    terms.known_on,
    terms.confidence,
from term_chips
inner join terms using (term_id)
