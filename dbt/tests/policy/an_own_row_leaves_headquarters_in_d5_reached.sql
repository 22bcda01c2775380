-- Where an item asks more of buyers with headquarters in D:5 or Macau, a country's own row for all
-- buyers must not free them: it comes before the headquarters rows of the groups, so it needs a
-- headquarters row of its own. Countries of D:5 and Macau are such headquarters themselves.
with licence_policy as (
    select
        policy_id,
        control_item,
        destination_group,
        buyer_scope,
        rank,
        valid_from,
        valid_through as valid_to,
    from {{ ref('int_policy__rule_book') }}
    where
        role = 'licence'
        and (valid_through is null or valid_through >= valid_from)
),

strict_countries as (
    select country_code
    from {{ ref('stg_export_controls__destination_groups') }}
    where group_code in ('D:5', 'MO')
    group by country_code
),

headquarters_items as (
    select
        control_item,
        valid_from,
        valid_to,
    from licence_policy
    where buyer_scope = 'd5_or_macau' and rank > 10
),

own_rows as (
    select *
    from licence_policy
    where
        rank = 10
        and buyer_scope = 'any'
        and destination_group not in (select country_code from strict_countries)
)

select
    own_rows.policy_id,
    own_rows.control_item,
    own_rows.destination_group,
    own_rows.valid_from,
from own_rows
inner join headquarters_items
    on
        own_rows.control_item = headquarters_items.control_item
        and (own_rows.valid_to is null or headquarters_items.valid_from <= own_rows.valid_to)
        and (headquarters_items.valid_to is null or own_rows.valid_from <= headquarters_items.valid_to)
left join licence_policy as own_headquarters
    on
        own_rows.control_item = own_headquarters.control_item
        and own_rows.destination_group = own_headquarters.destination_group
        and own_headquarters.buyer_scope = 'd5_or_macau'
        and own_headquarters.valid_from <= own_rows.valid_from
        and (
            own_headquarters.valid_to is null
            or own_headquarters.valid_to >= own_rows.valid_to
        )
where own_headquarters.policy_id is null
group by own_rows.policy_id, own_rows.control_item, own_rows.destination_group, own_rows.valid_from
