-- Listed parties with the act that listed them and the organisation that they are. A removal that
-- had not happened by the as-of day was not known.
with entity_listings as (
    select * from {{ ref('stg_entity_listings__entity_listings') }}
),

policies as (
    select * from {{ ref('int_policy__policies') }}
),

organisations as (
    select * from {{ ref('int_policy__entity_organisations') }}
),

build as (
    select as_of from {{ source('build', 'parameters') }}
),

-- The act whose citation the listing carries; without a citation, the act of the same country's
-- lists that took effect on the day of listing.
acts as (
    select
        entity_listings.entity_id,
        entity_listings.list,
        entity_listings.listed_on,
        min(policies.policy_id) as policy_id,
    from entity_listings
    inner join policies
        on (
            entity_listings.citation is not null
            and contains(policies.citation, entity_listings.citation)
        )
        or (
            entity_listings.citation is null
            and policies.instrument = 'entity_list_rule'
            and policies.effective_on = entity_listings.listed_on
        )
    group by all
)

select
    entity_listings.entity_id,
    entity_listings.entity_name,
    entity_listings.entity_name_zh,
    entity_listings.list,
    entity_listings.listed_on,
    case
        when entity_listings.removed_on < build.as_of
            then (entity_listings.removed_on + interval 1 day)::date
    end as removed_on,
    organisations.organisation_id,
    organisations.relation as organisation_relation,
    entity_listings.parent_entity_id,
    entity_listings.country_code,
    entity_listings.sector,
    acts.policy_id,
    entity_listings.citation,
    entity_listings.review_policy,
    entity_listings.earlier_review_policy,
    entity_listings.review_changed_on,
    entity_listings.source_id as source_ids,
    entity_listings.known_on,
    entity_listings.confidence,
from entity_listings
cross join build
left join acts
    on
        entity_listings.entity_id = acts.entity_id
        and entity_listings.list = acts.list
        and entity_listings.listed_on = acts.listed_on
left join organisations on entity_listings.entity_id = organisations.entity_id
