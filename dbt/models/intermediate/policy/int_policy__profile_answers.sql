-- The answer for an item profile at a licence profile: the outcome with its reason in words, and an
-- id by which equal answers are told to be the same.
with outcomes as (
    select * from {{ ref('int_policy__profile_outcomes') }}
),

deciding_rows as (
    select * from {{ ref('int_policy__deciding_rows') }}
),

rule_book as (
    select * from {{ ref('int_policy__rule_book') }}
),

clauses as (
    select * from {{ ref('int_policy__control_clauses') }}
),

licence_rows as (
    select
        rule_row_id,
        standard_basis,
        cast(standard_basis_on as date) as standard_basis_on,
        licence_condition,
    from rule_book
    where role = 'licence'
),

refinement_words as (
    select
        refinement_id,
        min(says) as says,
    from rule_book
    where rule_table = 'control_item_refinements'
    group by refinement_id
),

condition_words as (
    select
        concat(refinement_id, ':', coalesce(needs_item, metric)) as failure,
        min(says_not) as says_not,
    from rule_book
    where rule_table = 'control_item_refinements'
    group by refinement_id, coalesce(needs_item, metric)
),

-- one failure each: `zone:metric,metric` becomes zone:metric twice
details as (
    select deciding_detail
    from deciding_rows
    where deciding_detail is not null
    group by deciding_detail
),

parts as (
    select
        deciding_detail,
        unnest(string_split(deciding_detail, ';')) as part,
    from details
),

failures as (
    select
        deciding_detail,
        concat(
            split_part(part, ':', 1), ':', unnest(string_split(split_part(part, ':', 2), ','))
        ) as failure,
    from parts
),

failure_words as (
    select
        deciding_detail,
        string_agg(distinct says_not, '; ' order by says_not) as says_not,
    from failures
    inner join condition_words using (failure)
    group by deciding_detail
),

worded as (
    select
        outcomes.*,
        deciding_rows.deciding_kind,
        deciding_rows.deciding_id,
        deciding_rows.deciding_detail,
        case deciding_kind
            when 'missing_metric' then concat(
                'undecided: ',
                replace(deciding_id, ',', ', '),
                case when contains(deciding_id, ',') then ' are' else ' is' end,
                ' not published'
            )
            when 'destination'
                then concat('controlled as ', deciding_id, ', which asks for no licence here')
            when 'named_in_rule' then concat('named in ', deciding_id)
            when 'letter' then concat('named by the letter ', deciding_id)
            when 'refinement'
                then concat_ws('; ', refinement_words.says, failure_words.says_not)
            when 'clause' then concat(
                'meets clause ', deciding_id, ' of ', outcomes.base_item, ': ',
                replace(clauses.condition_text, 'any_chip = 1', 'every chip')
            )
            when 'vendor_statement'
                then 'outside 3A090 by a statement of the vendor, who publishes no rates'
            when 'removal' then refinement_words.says
            when 'letter_elsewhere' then concat(
                'named by the letter ', deciding_id, ', which does not reach this destination'
            )
            when 'no_clause_met' then 'meets no clause of an item that reaches this destination'
            when 'no_rule' then 'no limit of a chip rule reaches this destination on these days'
        end as deciding_reason,
        case
            when outcomes.outcome = 'licence_exception'
                then upper(replace(outcomes.review_policy, 'exception_', ''))
        end as licence_exception_name,
        licence_rows.licence_condition,
        licence_rows.standard_basis,
        licence_rows.standard_basis_on,
    from outcomes
    inner join deciding_rows
        using (rule_set_id, valid_from, licence_profile_id, item_profile_id)
    left join refinement_words on deciding_rows.deciding_id = refinement_words.refinement_id
    left join failure_words on deciding_rows.deciding_detail = failure_words.deciding_detail
    left join clauses on deciding_rows.deciding_id = clauses.clause_id
    left join licence_rows on outcomes.licence_row_id = licence_rows.rule_row_id
)

select
    *,
    md5(concat_ws(
        '|',
        {%- for column in [
            'outcome', 'base_item', 'control_item', 'clause_id', 'policy_id', 'licence_policy_id',
            'review_policy', 'licence_review', 'missing_metrics', 'headroom_scope_id',
            'deciding_kind', 'deciding_id', 'deciding_detail', 'licence_condition',
            'standard_basis', 'standard_basis_on',
        ] %}
        coalesce(cast({{ column }} as varchar), ''){{ '' if loop.last else ',' }}
        {%- endfor %}
    )) as answer_id,
from worded
