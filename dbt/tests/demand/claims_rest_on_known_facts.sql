-- A claim on compute is known no earlier than the facts it is read off: each id that it names is a fact
-- of demand_money_facts or demand_drivers that this build knows.
with claims as (
    select * from {{ ref('stg_compute_claims__compute_claims') }}
),

facts as (
    select fact_id from {{ ref('stg_demand_money_facts__demand_money_facts') }}
    union all
    select driver_id from {{ ref('stg_demand_drivers__demand_drivers') }}
),

named as (
    select
        claim_id,
        unnest(string_split(fact_ids, ',')) as fact_id,
    from claims
)

select
    named.claim_id,
    named.fact_id,
from named
left join facts using (fact_id)
where facts.fact_id is null
