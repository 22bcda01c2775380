-- Documents of the rule-makers, sorted by the terms in their titles, beside the recorded reviews.
with documents as (
    select * from {{ ref('stg_federal_register__documents') }}
),

relevance_terms as (
    select * from {{ ref('stg_policy_watch__relevance_terms') }}
),

policy_reviews as (
    select * from {{ ref('stg_policy_watch__policy_reviews') }}
),

found_terms as (
    select
        documents.document_number,
        relevance_terms.term,
        relevance_terms.effect,
        relevance_terms.reason,
        -- the most telling effect first: what rules a document out, then what rules it in
        list_position(['not_relevant', 'relevant', 'possible'], relevance_terms.effect)
            as precedence,
    from documents
    inner join relevance_terms
        on contains(lower(documents.title), relevance_terms.term)
),

judged as (
    select
        document_number,
        arg_min(effect, precedence) as relevance,
        string_agg(
            effect || ': "' || term || '" (' || reason || ')', '; ' order by precedence, term
        ) as reasons,
    from found_terms
    group by document_number
)

select
    documents.document_number,
    documents.title,
    documents.published_on,
    documents.document_url,
    coalesce(judged.relevance, 'not_relevant') as relevance,
    coalesce(judged.reasons, 'no term of the list stands in the title') as reasons,
    policy_reviews.decision as review,
    policy_reviews.reviewed_on,
    policy_reviews.policy_ids,
from documents
left join judged on documents.document_number = judged.document_number
left join policy_reviews on documents.document_number = policy_reviews.document_number
