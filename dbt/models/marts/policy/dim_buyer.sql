with buyers as (
    select * from {{ ref('int_policy__buyers') }}
),

terms as (
    select * from {{ ref('int_policy__buyer_terms') }}
),

buyers_with_terms as (
    select buyer_id
    from terms
    where
        entity_id is not null
        or exempt_items is not null
        or granted_items is not null
    group by buyer_id
)

select
    buyers.buyer_id,
    buyers.buyer_name,
    buyers.buyer_name_zh,
    buyers.country_code,
    buyers.headquarters_country,
    buyers_with_terms.buyer_id is not null as has_terms,
from buyers
left join buyers_with_terms using (buyer_id)
