{{ config(materialized='view') }}

-- The status of a chip for a buyer by name, at the places that concern it: where it sits and where
-- an act names it. A listing makes the status stricter and never milder; an act that frees a buyer
-- counts only while no list reaches it.
with terms as (
    select
        terms.*,
        -- items and all finer items of them
        '^(' || replace(replace(terms.exempt_items, '.', '[.]'), ',', '|') || ')'
            as exempt_pattern,
        '^(' || replace(replace(terms.granted_items, '.', '[.]'), ',', '|') || ')'
            as granted_pattern,
    from {{ ref('fct_buyer_term') }} as terms
    inner join {{ ref('dim_buyer') }} as buyers using (buyer_id)
    where
        buyers.has_terms
        and terms.destination_country <> 'all'
),

weighed as (
    select
        terms.*,
        status.chip_id,
        status.transaction as transaction,
        greatest(terms.valid_from, status.valid_from) as starts_on,
        least(terms.valid_to, status.valid_to) as ends_on,
        status.outcome as chip_outcome,
        status.control_item,
        status.policy_id as chip_policy_id,
        status.deciding_kind as chip_deciding_kind,
        status.deciding_reason as chip_deciding_reason,
        status.standard_basis as chip_standard_basis,
        status.standard_basis_on as chip_standard_basis_on,
        -- what is unknown can be as strict as a listing that presumes denial, and no stricter
        coalesce(terms.listing_strictness > coalesce(status.strictness, 4), false)
            as is_decided_by_list,
        coalesce(
            terms.listing_outcome is null
            and status.strictness > 0
            and regexp_matches(status.control_item, terms.exempt_pattern),
            false
        ) as is_exempt,
        coalesce(
            status.strictness > 0
            and regexp_matches(status.control_item, terms.granted_pattern),
            false
        ) as is_granted,
    from terms
    inner join {{ ref('fct_chip_control_status') }} as status
        on
            terms.destination_country = status.destination_country
            and terms.buyer_headquarters = status.buyer_headquarters
            and (terms.valid_to is null or status.valid_from < terms.valid_to)
            and (status.valid_to is null or terms.valid_from < status.valid_to)
    where status.scenario_id = 'baseline'
)

select
    buyer_id,
    chip_id,
    destination_country,
    weighed.transaction,
    starts_on as valid_from,
    ends_on as valid_to,
    buyer_headquarters,
    case
        when is_decided_by_list then listing_outcome
        when is_exempt then 'no_licence_needed'
        else chip_outcome
    end as outcome,
    chip_outcome,
    control_item,
    case
        when is_decided_by_list then coalesce(listing_policy_id, rule_policy_id)
        when is_exempt then exempt_policy_id
        else chip_policy_id
    end as policy_id,
    case
        when is_decided_by_list then 'listing'
        when is_exempt then 'named_buyer'
        else chip_deciding_kind
    end as deciding_kind,
    case
        when is_decided_by_list then listing_reason
        when is_exempt then concat('freed by name: ', exempt_text)
        else chip_deciding_reason
    end as deciding_reason,
    case when is_decided_by_list or is_exempt then standard_basis else chip_standard_basis end
        as standard_basis,
    case when is_decided_by_list or is_exempt then standard_basis_on else chip_standard_basis_on end
        as standard_basis_on,
    listing_reason,
    listed_entity_id,
    list,
    listed_on,
    listing_citation,
    case when is_granted then granted_policy_id end as granted_policy_id,
    case when is_granted then granted_text end as granted_text,
from weighed
