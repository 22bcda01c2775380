-- Organisations that are listed, and those that belong to a listed one. A listing of a part (a
-- subsidiary, an institute) is none of the whole, so only parties that are the organisation count.
with recursive listings as (
    select * from {{ ref('int_policy__entity_listings') }}
),

organisations as (
    select * from {{ ref('int_reference__organisations') }}
),

groups as (
    select
        organisation_id,
        organisation_id as listed_organisation_id,
    from organisations
    where organisation_id in (
        select listings.organisation_id
        from listings
        where listings.organisation_relation = 'same'
    )
    union all
    select
        organisations.organisation_id,
        groups.listed_organisation_id,
    from groups
    inner join organisations on groups.organisation_id = organisations.parent_organisation_id
)

select
    groups.organisation_id,
    listings.list,
    listings.entity_id,
    listings.listed_on,
    listings.removed_on,
    groups.listed_organisation_id,
    groups.organisation_id <> groups.listed_organisation_id as is_through_parent,
    listings.policy_id,
    listings.source_ids,
    listings.known_on,
    listings.confidence,
from groups
inner join listings
    on
        groups.listed_organisation_id = listings.organisation_id
        and listings.organisation_relation = 'same'
