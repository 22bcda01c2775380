{{ config(materialized='view') }}
-- The clauses of the rules as coded, each with its conditions in words. Clauses on other subjects
-- than chips (foundries, stacks of memory, shipments) are listed as well.
with rule_book as (
    select * from {{ ref('int_policy__rule_book') }}
),

conditions as (
    select
        *,
        concat_ws(
            ' ',
            metric,
            operator,
            regexp_replace(threshold, '[.]0$', ''),
            case when unit <> 'boolean' then unit end
        ) as condition_text,
        case confidence
            when 'reported' then 1
            when 'estimated' then 2
            when 'modelled' then 3
            when 'inferred' then 4
        end as weakness,
    from rule_book
    where rule_table = 'rule_parameters'
)

-- a clause is whole only while all its rows are in force, but rows of one clause share their days
select
    clause_id,
    min(policy_id) as policy_id,
    min(control_item) as control_item,
    min(subject) as subject,
    min(rule_use) as rule_use,
    string_agg(condition_text, ' and ' order by metric, operator) as condition_text,
    max(valid_from) as valid_from,
    cast(min(valid_through) + interval '1' day as date) as valid_to,
    min(source_id) as source_ids,
    max(known_on) as known_on,
    max_by(confidence, weakness) as confidence,
from conditions
group by clause_id
