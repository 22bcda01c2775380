-- Everybody who can be asked about as a buyer: listed parties, parties that belong to them, buyers
-- that an act names, and the organisations of the reference list. A party that is an organisation
-- bears its id. Headquarters are those of the ultimate parent, as far as parents are known. An
-- organisation whose seat nobody knows has no rule that could be read, so it is no buyer.
with recursive listings as (
    select * from {{ ref('int_policy__entity_listings') }}
),

owned_parties as (
    select * from {{ ref('stg_entity_listings__owned_parties') }}
),

named_buyers as (
    select * from {{ ref('stg_export_controls__named_buyers') }}
),

organisations as (
    select * from {{ ref('int_reference__organisations') }}
),

lines as (
    select
        organisation_id,
        organisation_id as ancestor_id,
        0 as steps,
    from organisations
    union all
    select
        lines.organisation_id,
        organisations.parent_organisation_id as ancestor_id,
        lines.steps + 1 as steps,
    from lines
    inner join organisations on lines.ancestor_id = organisations.organisation_id
    where organisations.parent_organisation_id is not null
),

organisation_seats as (
    select
        lines.organisation_id,
        arg_max(organisations.country_code, lines.steps) as headquarters_country,
    from lines
    inner join organisations on lines.ancestor_id = organisations.organisation_id
    group by lines.organisation_id
),

parties as (
    select
        entity_id,
        min(entity_name) as entity_name,
        min(entity_name_zh) as entity_name_zh,
        min(country_code) as country_code,
        min(parent_entity_id) as parent_entity_id,
        min(case when organisation_relation = 'same' then organisation_id end) as organisation_id,
    from listings
    group by entity_id
),

party_seats as (
    select
        parties.entity_id,
        coalesce(
            own.headquarters_country,
            parent_seats.headquarters_country,
            parents.country_code,
            parties.country_code
        ) as headquarters_country,
    from parties
    left join organisation_seats as own using (organisation_id)
    left join parties as parents on parties.parent_entity_id = parents.entity_id
    left join organisation_seats as parent_seats
        on parents.organisation_id = parent_seats.organisation_id
),

candidates as (
    select
        organisations.organisation_id as buyer_id,
        organisations.organisation_name as buyer_name,
        organisations.organisation_name_zh as buyer_name_zh,
        organisations.country_code,
        organisation_seats.headquarters_country,
        1 as precedence,
    from organisations
    inner join organisation_seats using (organisation_id)
    where
        organisations.country_code is not null
        and organisation_seats.headquarters_country is not null
    union all
    select
        coalesce(parties.organisation_id, parties.entity_id) as buyer_id,
        parties.entity_name as buyer_name,
        parties.entity_name_zh as buyer_name_zh,
        parties.country_code,
        party_seats.headquarters_country,
        2 as precedence,
    from parties
    inner join party_seats using (entity_id)
    union all
    select
        owned_parties.entity_id as buyer_id,
        owned_parties.entity_name as buyer_name,
        owned_parties.entity_name_zh as buyer_name_zh,
        owned_parties.country_code,
        coalesce(party_seats.headquarters_country, owned_parties.country_code)
            as headquarters_country,
        3 as precedence,
    from owned_parties
    left join party_seats on owned_parties.owner_entity_id = party_seats.entity_id
    union all
    select
        buyer_id,
        buyer_name,
        null as buyer_name_zh,
        headquarters_country as country_code,
        headquarters_country,
        4 as precedence,
    from named_buyers
)

select
    buyer_id,
    buyer_name,
    buyer_name_zh,
    country_code,
    headquarters_country,
from candidates
qualify row_number() over (partition by buyer_id order by precedence, buyer_name) = 1
