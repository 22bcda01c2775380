-- The licence duty that a list brings a buyer, in half-open intervals: its own listing, that of the
-- whole of which it is a part, and, while such a rule is in force, that of an owner by half or more.
with listings as (
    select * from {{ ref('int_policy__entity_listings') }}
),

owned_parties as (
    select * from {{ ref('stg_entity_listings__owned_parties') }}
),

party_rules as (
    select * from {{ ref('stg_export_controls__party_rules') }}
),

policies as (
    select * from {{ ref('int_policy__policies') }}
),

-- who bears the listing, since when at the earliest, and how far the rule must reach for it
links as (
    select
        coalesce(
            case when organisation_relation = 'same' then organisation_id end, entity_id
        ) as buyer_id,
        entity_id,
        'listed' as reach,
        cast(null as double) as share_pct,
        cast(null as date) as owned_from,
        cast(null as date) as owned_to,
    from listings
    group by all
    union all
    select
        entity_id as buyer_id,
        owner_entity_id as entity_id,
        case when relation = 'unit' then 'listed' else 'owned_half' end as reach,
        share_pct,
        owned_from,
        cast(owned_to + interval '1' day as date) as owned_to,
    from owned_parties
),

-- an end counts once its act is known
rules as (
    select
        party_rules.policy_id,
        policies.citation,
        party_rules.list,
        party_rules.reach,
        party_rules.standard_basis,
        party_rules.published_on,
        party_rules.valid_from,
        case
            when party_rules.ended_by is null or enders.policy_id is not null
                then cast(party_rules.valid_to + interval '1' day as date)
        end as valid_to,
    from party_rules
    inner join policies using (policy_id)
    left join policies as enders on party_rules.ended_by = enders.policy_id
),

duties as (
    select
        links.buyer_id,
        links.entity_id,
        links.reach,
        links.share_pct,
        listings.entity_name,
        listings.list,
        listings.listed_on,
        listings.citation,
        listings.policy_id as listing_policy_id,
        listings.review_policy,
        listings.earlier_review_policy,
        listings.review_changed_on,
        rules.policy_id as rule_policy_id,
        rules.citation as rule_citation,
        rules.standard_basis,
        rules.published_on as standard_basis_on,
        greatest(
            listings.listed_on,
            rules.valid_from,
            coalesce(links.owned_from, date '{{ var("horizon_start") }}'),
            date '{{ var("horizon_start") }}'
        ) as valid_from,
        least(listings.removed_on, rules.valid_to, links.owned_to) as valid_to,
    from links
    inner join listings using (entity_id)
    inner join rules on listings.list = rules.list and links.reach = rules.reach
),

-- where the standard of an entry changed, the time before it is a duty apart
dated as (
    select
        * exclude (valid_from, valid_to),
        valid_to,
        greatest(valid_from, coalesce(review_changed_on, valid_from)) as valid_from,
        review_policy as review_in_force,
        review_changed_on as review_since,
    from duties
    union all
    select
        * exclude (valid_from, valid_to),
        least(valid_to, review_changed_on) as valid_to,
        valid_from,
        earlier_review_policy as review_in_force,
        null as review_since,
    from duties
    where review_changed_on > valid_from
)

select
    buyer_id,
    entity_id,
    entity_name,
    reach,
    share_pct,
    list,
    listed_on,
    citation,
    listing_policy_id,
    rule_policy_id,
    rule_citation,
    standard_basis,
    standard_basis_on,
    review_in_force as review_policy,
    case review_in_force when 'presumption_of_denial' then 5 when 'case_by_case' then 3 end
        as strictness,
    review_since,
    valid_from,
    valid_to,
from dated
where valid_to is null or valid_to > valid_from
