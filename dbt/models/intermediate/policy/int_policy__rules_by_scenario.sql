-- The rule book as each scenario dates it, in half-open intervals. Only rows that bind for at least
-- one day of the horizon stay: a row that ends before it starts never came into force.
with rule_book as (
    select * from {{ ref('int_policy__rule_book') }}
),

scenarios as (
    select * from {{ ref('int_policy__scenarios') }}
),

switches as (
    select * from {{ ref('int_policy__scenario_switches') }}
),

-- A start moves with the row's own policy. An end belongs to the policy that brought it: it moves
-- or vanishes with that policy, and only an end of the row's own text moves with the row.
dated as (
    select
        scenarios.scenario_id,
        rule_book.*,
        case
            when rule_book.valid_from is null then own.new_start_on
            else cast(
                rule_book.valid_from + coalesce(own.moved_by_days, 0) * interval '1' day as date
            )
        end as dated_from,
        case
            when coalesce(own.has_new_end, false) and rule_book.ended_by is not null
                then own.new_end_on
            when coalesce(ender.is_off, false) then null
            else cast(
                rule_book.valid_through
                + coalesce(case
                    when rule_book.ended_by is null then own.moved_by_days
                    else ender.moved_by_days
                end, 0) * interval '1' day as date
            )
        end as dated_through,
    from scenarios
    cross join rule_book
    left join switches as own
        on
            scenarios.scenario_id = own.scenario_id
            and rule_book.policy_id = own.policy_id
    left join switches as ender
        on
            scenarios.scenario_id = ender.scenario_id
            and rule_book.ended_by = ender.policy_id
    where not coalesce(own.is_off, false)
),

half_open as (
    select
        *,
        cast(dated_through + interval '1' day as date) as valid_to,
    from dated
)

select
    scenario_id,
    rule_table,
    rule_row_id,
    role,
    policy_id,
    control_item,
    clause_id,
    metric,
    operator,
    threshold,
    refinement_id,
    refined_item,
    needs_item,
    half_open.transaction,
    chip_id,
    chip_selector,
    treatment,
    rank,
    destination_group,
    buyer_scope,
    review_policy,
    licence_review,
    dated_from as valid_from,
    valid_to,
from half_open
where
    dated_from is not null
    and (
        valid_to is null
        or (valid_to > dated_from and valid_to > date '{{ var("horizon_start") }}')
    )
