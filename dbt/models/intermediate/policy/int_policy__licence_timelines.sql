-- Destination classes and buyers with the same licence profile in every interval of a rule set
-- share a timeline, called by its first class and buyer.
with licence_profiles as (
    select * from {{ ref('int_policy__licence_profiles') }}
),

contents as (
    select
        rule_set_id,
        destination_class_id,
        buyer_headquarters,
        string_agg(licence_profile_id, ';' order by valid_from) as licence_profile_ids,
    from licence_profiles
    group by rule_set_id, destination_class_id, buyer_headquarters
)

select
    rule_set_id,
    destination_class_id,
    buyer_headquarters,
    min(concat(destination_class_id, '/', buyer_headquarters)) over (
        partition by rule_set_id, licence_profile_ids
    ) as licence_timeline_id,
from contents
