-- Step 8: what the buying country itself restricts, in intervals that tile the horizon for every
-- chip and country that any such row ever concerns. Rows hold for the country that they name and
-- for none of its groups, so rules of the mainland do not reach Hong Kong.
with rules as (
    select * from {{ ref('int_policy__rules_by_scenario') }}
),

chip_namings as (
    select * from {{ ref('int_policy__chip_namings') }}
),

destination_codes as (
    select * from {{ ref('int_policy__destination_codes') }}
),

buyers as (
    select 'local' as buyer_headquarters
    union all
    select 'd5_or_macau' as buyer_headquarters
),

-- A row for buyers of one kind of headquarters holds for them alone; narrower scopes (datacenters
-- with state funds) are shown for all buyers, because a restriction only informs.
restrictions as (
    select
        rules.scenario_id,
        chip_namings.chip_id,
        rules.destination_group as country_code,
        buyers.buyer_headquarters,
        rules.policy_id,
        rules.treatment,
        case when rules.buyer_scope = 'any' then 'all_buyers' else rules.buyer_scope end
            as restriction_scope,
        rules.valid_from,
        rules.valid_to,
    from rules
    inner join chip_namings using (rule_row_id)
    cross join buyers
    where
        rules.role = 'restriction'
        and rules.destination_group in (select country_code from destination_codes)
        and (rules.buyer_scope <> 'd5_or_macau' or buyers.buyer_headquarters = 'd5_or_macau')
),

cut_days as (
    select scenario_id, chip_id, country_code, buyer_headquarters,
        date '{{ var("horizon_start") }}' as valid_from
    from restrictions
    union
    select scenario_id, chip_id, country_code, buyer_headquarters, valid_from
    from restrictions
    where valid_from > date '{{ var("horizon_start") }}'
    union
    select scenario_id, chip_id, country_code, buyer_headquarters, valid_to
    from restrictions
    where valid_to is not null
),

periods as (
    select
        scenario_id,
        chip_id,
        country_code,
        buyer_headquarters,
        valid_from,
        lead(valid_from) over (
            partition by scenario_id, chip_id, country_code, buyer_headquarters
            order by valid_from
        ) as valid_to,
    from cut_days
),

described as (
    select
        periods.scenario_id,
        periods.chip_id,
        periods.country_code,
        periods.buyer_headquarters,
        periods.valid_from,
        periods.valid_to,
        string_agg(
            restrictions.treatment || ':' || restrictions.policy_id, ','
            order by restrictions.valid_from desc, restrictions.policy_id, restrictions.treatment
        ) as destination_restriction,
        string_agg(
            restrictions.restriction_scope, ','
            order by restrictions.valid_from desc, restrictions.policy_id, restrictions.treatment
        ) as restriction_scope,
    from periods
    left join restrictions
        on
            periods.scenario_id = restrictions.scenario_id
            and periods.chip_id = restrictions.chip_id
            and periods.country_code = restrictions.country_code
            and periods.buyer_headquarters = restrictions.buyer_headquarters
            and periods.valid_from >= restrictions.valid_from
            -- one comparison, by which the engine can join
            and periods.valid_from < coalesce(restrictions.valid_to, date '9999-12-31')
    group by
        periods.scenario_id,
        periods.chip_id,
        periods.country_code,
        periods.buyer_headquarters,
        periods.valid_from,
        periods.valid_to
),

changes as (
    select *
    from described
    window pair as (
        partition by scenario_id, chip_id, country_code, buyer_headquarters
        order by valid_from
    )
    qualify
        row_number() over pair = 1
        or destination_restriction is distinct from lag(destination_restriction) over pair
        or restriction_scope is distinct from lag(restriction_scope) over pair
)

select
    scenario_id,
    chip_id,
    country_code,
    buyer_headquarters,
    valid_from,
    lead(valid_from) over (
        partition by scenario_id, chip_id, country_code, buyer_headquarters
        order by valid_from
    ) as valid_to,
    destination_restriction,
    restriction_scope,
from changes
