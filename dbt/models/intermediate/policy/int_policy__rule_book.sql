-- The four rule tables as one book, so that scenarios, days and knowledge are applied once for all.
-- `role` says which step of the decision procedure reads a row; a new rule is a new row, not SQL.
with policy_events as (
    select * from {{ ref('stg_export_controls__policy_events') }}
),

rule_parameters as (
    select * from {{ ref('stg_export_controls__rule_parameters') }}
),

refinements as (
    select * from {{ ref('stg_export_controls__control_item_refinements') }}
),

named_chips as (
    select * from {{ ref('stg_export_controls__policy_named_chips') }}
),

licence_policy as (
    select * from {{ ref('stg_export_controls__licence_policy') }}
),

refined_items as (
    select refined_item as control_item
    from refinements
    where effect = 'refine'
    group by refined_item
),

-- Conditions on chips decide; those of a letter to one company only measure a distance, because a
-- letter binds through the chips it names. Flags say which chips a term beside the licence concerns.
-- Other subjects (foundries, weights, ...) decide no chip.
clause_rows as (
    select
        'rule_parameters' as rule_table,
        concat_ws(
            '|', clause_id, metric, operator, cast(threshold as varchar),
            cast(valid_from as varchar)
        ) as rule_row_id,
        case
            when subject <> 'chip' then 'information'
            when rule_parameters.use = 'headroom' then 'headroom'
            when rule_parameters.use = 'flag' then 'flag'
            when rule_parameters.use = 'decide' and instrument <> 'is_informed_letter' then 'clause'
            else 'information'
        end as role,
        rule_parameters.policy_id,
        control_item,
        clause_id,
        subject,
        rule_parameters.use as rule_use,
        metric,
        operator,
        cast(threshold as varchar) as threshold,
        unit,
        valid_from,
        valid_to,
        ended_by,
        rule_parameters.source_id,
        rule_parameters.known_on,
        rule_parameters.confidence,
    from rule_parameters
    inner join policy_events using (policy_id)
),

refinement_rows as (
    select
        'control_item_refinements' as rule_table,
        concat_ws(
            '|', refinement_id, item, refined_item, needs_item, needs_metric, needs_operator,
            cast(valid_from as varchar)
        ) as rule_row_id,
        case when effect = 'remove' then 'removal' else 'refinement' end as role,
        policy_id,
        item as control_item,
        refinement_id,
        refined_item,
        rank,
        needs_item,
        needs_metric as metric,
        needs_operator as operator,
        cast(needs_value as varchar) as threshold,
        refinements.transaction,
        says,
        says_not,
        valid_from,
        valid_to,
        ended_by,
        source_id,
        known_on,
        confidence,
    from refinements
),

-- A chip named under a refined item meets that refinement; the base item needs its own clauses.
named_rows as (
    select
        'policy_named_chips' as rule_table,
        concat_ws(
            '|', named_chips.policy_id, coalesce(chip_id, chip_selector), side, treatment,
            named_chips.control_item, destination_group, buyer_scope, cast(valid_from as varchar)
        ) as rule_row_id,
        case
            when side = 'destination' then 'restriction'
            when side = 'guidance' then 'guidance'
            when treatment = 'outside_3a090' then 'outside'
            when treatment <> 'needs_licence' then 'information'
            when refined_items.control_item is not null then 'naming_refined'
            else 'naming'
        end as role,
        named_chips.policy_id,
        named_chips.control_item,
        chip_id,
        chip_selector,
        treatment,
        destination_group,
        buyer_scope,
        valid_from,
        valid_to,
        ended_by,
        source_id,
        known_on,
        confidence,
    from named_chips
    left join refined_items on named_chips.control_item = refined_items.control_item
),

-- Approvals for single firms and the like inform, but never decide for buyers in general.
licence_rows as (
    select
        'licence_policy' as rule_table,
        concat_ws(
            '|', policy_id, control_item, destination_group, buyer_scope,
            cast(valid_from as varchar)
        ) as rule_row_id,
        case
            when buyer_scope in ('any', 'd5_or_macau') then 'licence'
            else 'information'
        end as role,
        policy_id,
        control_item,
        rank,
        destination_group,
        buyer_scope,
        review_policy,
        licence_review,
        standard_basis,
        cast(published_on as varchar) as standard_basis_on,
        licence_condition,
        valid_from,
        valid_to,
        ended_by,
        source_id,
        known_on,
        confidence,
    from licence_policy
),

{% set own_columns = {
    'clause_rows': [
        'clause_id', 'subject', 'rule_use', 'metric', 'operator', 'threshold', 'unit',
    ],
    'refinement_rows': [
        'refinement_id', 'refined_item', 'rank', 'needs_item', 'metric', 'operator', 'threshold',
        'transaction', 'says', 'says_not',
    ],
    'named_rows': ['chip_id', 'chip_selector', 'treatment', 'destination_group', 'buyer_scope'],
    'licence_rows': [
        'rank', 'destination_group', 'buyer_scope', 'review_policy', 'licence_review',
        'standard_basis', 'standard_basis_on', 'licence_condition',
    ],
} -%}
{%- set columns = [
    'clause_id', 'subject', 'rule_use', 'metric', 'operator', 'threshold', 'unit', 'refinement_id',
    'refined_item', 'needs_item', 'transaction', 'chip_id', 'chip_selector', 'treatment', 'rank',
    'destination_group', 'buyer_scope', 'review_policy', 'licence_review', 'standard_basis',
    'standard_basis_on', 'licence_condition', 'says', 'says_not',
] -%}
all_rows as (
    {%- for table_name, own in own_columns.items() %}
    select
        rule_table,
        rule_row_id,
        role,
        policy_id,
        control_item,
        {%- for column in columns %}
        {% if column in own -%}
        {{ table_name }}.{{ column }},
        {%- else -%}
        cast(null as {{ 'bigint' if column == 'rank' else 'varchar' }}) as {{ column }},
        {%- endif %}
        {%- endfor %}
        valid_from,
        valid_to,
        ended_by,
        source_id,
        known_on,
        confidence,
    from {{ table_name }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

-- An end counts only when the policy that brought it is known; before that the row is open.
select
    rule_table,
    rule_row_id,
    role,
    all_rows.policy_id,
    control_item,
    {%- for column in columns %}
    all_rows.{{ column }},
    {%- endfor %}
    all_rows.valid_from,
    case
        when all_rows.ended_by is null or enders.policy_id is not null then all_rows.valid_to
    end as valid_through,
    enders.policy_id as ended_by,
    all_rows.source_id,
    all_rows.known_on,
    all_rows.confidence,
from all_rows
left join policy_events as enders on all_rows.ended_by = enders.policy_id
