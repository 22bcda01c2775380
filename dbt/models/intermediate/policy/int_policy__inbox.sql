-- What a person must still look at: documents of the rule-makers, sorted by the terms in their titles
-- and abstracts, and coded acts whose volumes nobody has stated. Hyphens count as blanks.
with documents as (
    select * from {{ ref('stg_federal_register__documents') }}
),

relevance_terms as (
    select
        *,
        replace(term, '-', ' ') as plain_term,
    from {{ ref('stg_policy_watch__relevance_terms') }}
),

policy_reviews as (
    select * from {{ ref('stg_policy_watch__policy_reviews') }}
),

coverage as (
    select * from {{ ref('int_policy__act_coverage') }}
),

policies as (
    select * from {{ ref('int_policy__policies') }}
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
        on
            contains(replace(lower(documents.title), '-', ' '), relevance_terms.plain_term)
            or (
                relevance_terms.looked_for_in = 'text'
                and contains(replace(lower(documents.abstract), '-', ' '), relevance_terms.plain_term)
            )
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
),

-- a rule of the maker of export rules that no term knows is for a person: silence is no finding
sorted_documents as (
    select
        documents.document_number,
        documents.title,
        documents.published_on,
        documents.document_url,
        case
            when judged.relevance is not null then judged.relevance
            when
                documents.type in ('Rule', 'Proposed Rule')
                and contains(documents.agencies, 'Industry and Security Bureau')
                then 'possible'
            else 'not_relevant'
        end as relevance,
        case
            when judged.reasons is not null then judged.reasons
            when
                documents.type in ('Rule', 'Proposed Rule')
                and contains(documents.agencies, 'Industry and Security Bureau')
                then 'possible: a rule of the Bureau in which no term of the list stands'
            else 'no term of the list stands in title or abstract'
        end as reasons,
        policy_reviews.decision as review,
        policy_reviews.reviewed_on,
        policy_reviews.policy_ids,
    from documents
    left join judged on documents.document_number = judged.document_number
    left join policy_reviews on documents.document_number = policy_reviews.document_number
),

acts_without_volumes as (
    select
        'volumes:' || coverage.policy_id as document_number,
        policies.title,
        policies.public_on as published_on,
        policies.source_url as document_url,
        'relevant' as relevance,
        'relevant: a coded rule without flows: what it does to volumes is neither in scenario_flows '
        || 'nor explained in volume_reviews' as reasons,
        cast(null as varchar) as review,
        cast(null as date) as reviewed_on,
        coverage.policy_id as policy_ids,
    from coverage
    inner join policies using (policy_id)
    where coverage.is_open
)

select * from sorted_documents
union all by name
select * from acts_without_volumes
