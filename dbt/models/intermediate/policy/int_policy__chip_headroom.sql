-- How far a chip is from the condition that would have to change. A clause is left as soon as one
-- condition fails and entered only when all hold, so its distance is the largest among its
-- conditions; an item holds while one clause holds, so its distance is the smallest over its
-- clauses.
with headroom_scopes as (
    select * from {{ ref('int_policy__headroom_scopes') }}
),

rule_book as (
    select * from {{ ref('int_policy__rule_book') }}
),

chip_conditions as (
    select * from {{ ref('int_policy__chip_conditions') }}
),

chip_metrics as (
    select * from {{ ref('int_policy__chip_metrics') }}
),

chip_namings as (
    select * from {{ ref('int_policy__chip_namings') }}
),

scopes as (
    select
        headroom_scope_id,
        scope_kind,
        rule_row_ids,
    from headroom_scopes
    group by headroom_scope_id, scope_kind, rule_row_ids
),

scope_conditions as (
    select
        scopes.headroom_scope_id,
        scopes.scope_kind,
        rule_book.control_item,
        rule_book.role,
        rule_book.clause_id,
        rule_book.metric,
        rule_book.operator,
        rule_book.threshold,
    from scopes
    inner join rule_book
        on instr(concat(';', scopes.rule_row_ids, ';'), concat(';', rule_book.rule_row_id, ';')) > 0
),

-- A letter to one company speaks of that company's chips: the vendors of the chips that it names.
letter_vendors as (
    select
        control_item,
        vendor,
    from chip_namings
    where role = 'naming'
    group by control_item, vendor
),

conditions as (
    select
        chip_metrics.chip_id,
        scope_conditions.headroom_scope_id,
        scope_conditions.scope_kind,
        scope_conditions.clause_id,
        chip_conditions.metric,
        chip_conditions.operator,
        chip_conditions.is_met,
        chip_conditions.value_number,
        chip_conditions.threshold_number,
        chip_conditions.headroom_pct,
    from scope_conditions
    inner join chip_conditions using (metric, operator, threshold)
    inner join chip_metrics using (chip_id)
    left join letter_vendors
        on
            scope_conditions.control_item = letter_vendors.control_item
            and chip_metrics.vendor = letter_vendors.vendor
    where
        (scope_conditions.role = 'clause' or letter_vendors.vendor is not null)
        -- an item that every chip meets, such as an embargo, is no distance away from any
        and scope_conditions.metric <> 'any_chip'
),

clause_states as (
    select
        *,
        case
            when not bool_and(is_met) over clause then false
            when count(is_met) over clause < count(*) over clause then null
            else true
        end as is_clause_met,
    from conditions
    window clause as (partition by chip_id, headroom_scope_id, clause_id)
),

-- In a clause that holds, the way out is down past a lower bound: an upper bound only parts the
-- item from a stricter one, and a property of kind does not shrink. In a clause that fails, all
-- conditions that fail would have to change, so the farthest counts.
clause_distances as (
    select *
    from clause_states
    where
        (is_clause_met and scope_kind = 'inside')
        or (not is_clause_met and not is_met)
    qualify
        row_number() over (
            partition by chip_id, headroom_scope_id, clause_id
            order by
                case
                    when not is_clause_met or operator in ('>=', '>') then 1
                    when operator in ('<', '<=') then 2
                    else 3
                end,
                headroom_pct desc nulls last,
                metric
        ) = 1
)

select
    chip_id,
    headroom_scope_id,
    clause_id as binding_clause_id,
    metric as binding_metric,
    value_number as binding_value,
    threshold_number as binding_threshold,
    headroom_pct,
from clause_distances
qualify
    row_number() over (
        partition by chip_id, headroom_scope_id
        order by headroom_pct nulls last, clause_id, metric
    ) = 1
