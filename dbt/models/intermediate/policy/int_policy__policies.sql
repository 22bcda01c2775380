-- Acts of rule-makers that were public on the as-of day. The end of an act is known with the act
-- that ends it or, where its own text ends it, with the act itself.
with policy_events as (
    select * from {{ ref('stg_export_controls__policy_events') }}
),

build as (
    select as_of from {{ source('build', 'parameters') }}
)

select
    policy_events.policy_id,
    policy_events.jurisdiction,
    policy_events.issuer,
    policy_events.instrument,
    policy_events.title,
    policy_events.citation,
    policy_events.announced_on,
    policy_events.policy_published_on,
    policy_events.public_on,
    policy_events.effective_on,
    case
        when policy_events.ended_on < build.as_of then policy_events.ended_on
    end as ended_on,
    policy_events.supersedes_policy_id,
    policy_events.affects,
    policy_events.summary,
    policy_events.source_url,
    policy_events.source_id as source_ids,
    policy_events.known_on,
    policy_events.confidence,
from policy_events
cross join build
