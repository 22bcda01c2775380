-- A country that an act names for an item is answered by a row of its own on every day on which it
-- is named. Coding a move between groups alone would hand it to the row of its new group.
with policies as (
    select policy_id from {{ ref('int_policy__policies') }}
),

-- ends count once the act that brings them is known
named_destinations as (
    select
        named.control_item,
        named.destination_group,
        named.valid_from,
        case when named.ended_by is null or policies.policy_id is not null then named.valid_to end
            as valid_to,
    from {{ ref('stg_export_controls__named_destinations') }} as named
    left join policies on named.ended_by = policies.policy_id
),

own_rows as (
    select
        control_item,
        destination_group,
        valid_from,
        valid_through as valid_to,
    from {{ ref('int_policy__rule_book') }}
    where
        role = 'licence'
        and buyer_scope = 'any'
),

-- a gap can only begin where the country begins to be named or where one of its rows ends
critical_days as (
    select
        control_item,
        destination_group,
        valid_from as on_date,
    from named_destinations
    union
    select
        named_destinations.control_item,
        named_destinations.destination_group,
        cast(own_rows.valid_to + interval '1' day as date) as on_date,
    from named_destinations
    inner join own_rows using (control_item, destination_group)
    where
        own_rows.valid_to >= named_destinations.valid_from
        and (
            named_destinations.valid_to is null
            or own_rows.valid_to < named_destinations.valid_to
        )
)

select
    critical_days.control_item,
    critical_days.destination_group,
    critical_days.on_date,
from critical_days
left join own_rows
    on
        critical_days.control_item = own_rows.control_item
        and critical_days.destination_group = own_rows.destination_group
        and critical_days.on_date >= own_rows.valid_from
        and (own_rows.valid_to is null or critical_days.on_date <= own_rows.valid_to)
where own_rows.control_item is null
