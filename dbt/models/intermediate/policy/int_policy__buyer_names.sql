-- Every name under which a buyer can be asked for, in small letters.
with buyers as (
    select * from {{ ref('int_policy__buyers') }}
),

listings as (
    select * from {{ ref('int_policy__entity_listings') }}
),

entity_aliases as (
    select * from {{ ref('stg_entity_listings__entity_aliases') }}
),

entity_names as (
    select * from {{ ref('stg_entity_listings__entity_names') }}
),

organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
),

-- a party that is an organisation goes by the id of it
party_buyers as (
    select
        entity_id,
        coalesce(
            min(case when organisation_relation = 'same' then organisation_id end), entity_id
        ) as buyer_id,
    from listings
    group by entity_id
),

candidates as (
    select
        buyer_id,
        buyer_id as label,
        1 as precedence,
    from buyers
    union all
    select buyer_id, buyer_name, 2 from buyers
    union all
    select buyer_id, buyer_name_zh, 2 from buyers
    where buyer_name_zh is not null
    union all
    select buyers.buyer_id, organisation_ids.label, 3
    from buyers
    inner join organisation_ids on buyers.buyer_id = organisation_ids.organisation_id
    union all
    select party_buyers.buyer_id, listings.entity_id, 4
    from listings
    inner join party_buyers using (entity_id)
    union all
    select party_buyers.buyer_id, listings.entity_name, 4
    from listings
    inner join party_buyers using (entity_id)
    union all
    select party_buyers.buyer_id, listings.entity_name_zh, 6
    from listings
    inner join party_buyers using (entity_id)
    where listings.entity_name_zh is not null
    union all
    select party_buyers.buyer_id, entity_aliases.alias, 5
    from entity_aliases
    inner join party_buyers using (entity_id)
    union all
    select party_buyers.buyer_id, entity_names.entity_alias, 5
    from entity_names
    inner join party_buyers using (entity_id)
)

-- a name that several buyers bear goes to the one that it fits best
select
    lower(label) as buyer_label,
    buyer_id,
from candidates
qualify row_number() over (partition by lower(label) order by precedence, buyer_id) = 1
