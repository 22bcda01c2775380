-- What stands in the way of a buyer, or helps it, beside the chip. The strictest duty is shown, of
-- equals the one whose listing is oldest.
with periods as (
    select * from {{ ref('int_policy__buyer_periods') }}
),

duties as (
    select * from {{ ref('int_policy__buyer_duties') }}
),

namings as (
    select * from {{ ref('int_policy__buyer_namings') }}
),

duties_in_force as (
    select
        periods.buyer_id,
        periods.destination_country,
        periods.valid_from,
        duties.* exclude (buyer_id, valid_from, valid_to),
    from periods
    inner join duties
        on
            periods.buyer_id = duties.buyer_id
            and periods.valid_from >= duties.valid_from
            and (duties.valid_to is null or periods.valid_from < duties.valid_to)
    qualify
        row_number() over (
            partition by periods.buyer_id, periods.destination_country, periods.valid_from
            order by
                duties.strictness desc, duties.listed_on, duties.reach, duties.entity_id
        ) = 1
),

namings_in_force as (
    select
        periods.buyer_id,
        periods.destination_country,
        periods.valid_from,
        string_agg(namings.control_item, ',' order by namings.control_item)
            filter (where namings.effect = 'exempt') as exempt_items,
        min(namings.policy_id) filter (where namings.effect = 'exempt') as exempt_policy_id,
        min(namings.limit_text) filter (where namings.effect = 'exempt') as exempt_text,
        min(namings.standard_basis) filter (where namings.effect = 'exempt') as exempt_basis,
        max(namings.published_on) filter (where namings.effect = 'exempt') as exempt_basis_on,
        string_agg(namings.control_item, ',' order by namings.control_item)
            filter (where namings.effect = 'licence_granted') as granted_items,
        min(namings.policy_id) filter (where namings.effect = 'licence_granted')
            as granted_policy_id,
        min(namings.limit_text) filter (where namings.effect = 'licence_granted')
            as granted_text,
    from periods
    inner join namings
        on
            periods.buyer_id = namings.buyer_id
            and periods.destination_country = namings.destination_country
            and periods.valid_from >= namings.valid_from
            and (namings.valid_to is null or periods.valid_from < namings.valid_to)
    group by periods.buyer_id, periods.destination_country, periods.valid_from
)

select
    periods.buyer_id,
    periods.destination_country,
    periods.valid_from,
    periods.valid_to,
    periods.buyer_headquarters,
    duties.* exclude (buyer_id, destination_country, valid_from),
    case duties.strictness
        when 5 then 'licence_presumption_of_denial'
        when 3 then 'licence_case_by_case'
    end as listing_outcome,
    case
        when duties.entity_id is not null then concat(
            case
                when duties.reach = 'owned_half' then concat(
                    'owned by ', duties.entity_name, ' (', format('{:g}', duties.share_pct), ' %), which is '
                )
                when duties.entity_id <> periods.buyer_id then concat(duties.entity_name, ' is ')
            end,
            'listed on the ', duties.list, ' since ', duties.listed_on,
            ' (', coalesce(duties.citation, 'no citation'), ')',
            case
                when duties.reach = 'owned_half'
                    then concat(', and reached by the 50 percent rule (', duties.rule_citation, ')')
            end,
            ': a licence for everything subject to the EAR, ',
            case duties.review_policy
                when 'presumption_of_denial' then 'denial presumed'
                when 'case_by_case' then 'reviewed case by case'
            end,
            case when duties.review_since is not null then concat(' since ', duties.review_since)
            end,
            case
                when duties.standard_basis = 'unconfirmed'
                    then '; whether this rule is in force is unconfirmed'
            end
        )
    end as listing_reason,
    namings.* exclude (buyer_id, destination_country, valid_from),
from periods
left join duties_in_force as duties
    on
        periods.buyer_id = duties.buyer_id
        and periods.destination_country = duties.destination_country
        and periods.valid_from = duties.valid_from
left join namings_in_force as namings
    on
        periods.buyer_id = namings.buyer_id
        and periods.destination_country = namings.destination_country
        and periods.valid_from = namings.valid_from
