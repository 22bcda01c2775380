-- Buyers that an act names, in half-open intervals. An end counts once its act is known.
with named_buyers as (
    select * from {{ ref('stg_export_controls__named_buyers') }}
),

policies as (
    select * from {{ ref('int_policy__policies') }}
)

select
    named_buyers.buyer_id,
    named_buyers.destination_group as destination_country,
    named_buyers.effect,
    named_buyers.control_item,
    named_buyers.policy_id,
    named_buyers.limit_text,
    named_buyers.standard_basis,
    named_buyers.published_on,
    named_buyers.valid_from,
    case
        when named_buyers.ended_by is null or enders.policy_id is not null
            then cast(named_buyers.valid_to + interval '1' day as date)
    end as valid_to,
from named_buyers
left join policies as enders on named_buyers.ended_by = enders.policy_id
