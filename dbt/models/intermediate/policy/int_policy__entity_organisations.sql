-- Which organisation stands behind a listed party. A name that the alias list or the reference
-- list knows comes first; a party without one belongs to the organisation of its listed parent.
with entity_listings as (
    select * from {{ ref('stg_entity_listings__entity_listings') }}
),

entity_aliases as (
    select * from {{ ref('stg_entity_listings__entity_aliases') }}
),

organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
),

parties as (
    select
        entity_id,
        min(parent_entity_id) as parent_entity_id,
    from entity_listings
    group by entity_id
),

candidates as (
    select
        entity_aliases.entity_id,
        organisation_ids.organisation_id,
        entity_aliases.relation,
    from entity_aliases
    inner join organisation_ids on entity_aliases.organisation_id = organisation_ids.label
    union all
    select
        entity_listings.entity_id,
        organisation_ids.organisation_id,
        'same' as relation,
    from entity_listings
    inner join organisation_ids
        on organisation_ids.label in (
            entity_listings.entity_id,
            entity_listings.entity_name,
            entity_listings.entity_name_zh
        )
),

-- of several organisations the party itself comes before what it is a part of
own_organisations as (
    select
        entity_id,
        organisation_id,
        relation,
    from candidates
    qualify
        row_number() over (
            partition by entity_id
            order by case when relation = 'same' then 0 else 1 end, organisation_id
        ) = 1
)

select
    parties.entity_id,
    coalesce(own.organisation_id, parents.organisation_id) as organisation_id,
    case
        when own.organisation_id is not null then own.relation
        when parents.organisation_id is not null then 'parent'
    end as relation,
from parties
left join own_organisations as own on parties.entity_id = own.entity_id
left join own_organisations as parents on parties.parent_entity_id = parents.entity_id
