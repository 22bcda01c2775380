-- All flows into China that a scenario changes, on every draw, with the effect of the rules: actual
-- less counterfactual. Actual units Ua at ratio ea and counterfactual units Uc at ec give quantity =
-- (Ua - Uc) ec and quality = Ua (ea - ec). Where nothing would have come, ec is ea. Diversion and
-- domestic output answer the imports: diversion keeps the part of the gap that is left, domestic
-- output loses as much of what it owes to the rules as imports close of the gap.
with counterfactual_flows as (
    select * from {{ ref('int_balance__counterfactual_flows') }}
),

import_gaps as (
    select * from {{ ref('int_balance__import_gaps') }}
),

scenario_quarters as (
    select * from {{ ref('int_balance__scenario_quarters') }}
),

vendor_flows as (
    select * from {{ ref('int_supply__vendor_flows') }} where region_id = 'CN'
),

responses as (
    select * from {{ assumption_draws('domestic_response') }}
),

{% set measures = [
    'h100e_training', 'h100e_training_grade', 'h100e_inference', 'h100e_inference_grade',
] %}

answers as (
    select
        scenario_quarters.scenario_id,
        scenario_quarters.flow_id,
        scenario_quarters.quarter_start,
        import_gaps.draw,
        scenario_quarters.pieces,
        case scenario_quarters.volume_rule
            when 'scales_with_gap' then import_gaps.gap_left
            when 'shrinks_with_gap'
                then 1 - (1 - responses.value) * (1 - import_gaps.gap_left)
        end as kept_share,
    from scenario_quarters
    inner join import_gaps
        on
            scenario_quarters.scenario_id = import_gaps.scenario_id
            and scenario_quarters.quarter_start = import_gaps.quarter_start
    left join responses
        on
            scenario_quarters.assumption_id = responses.assumption_id
            and import_gaps.draw = responses.draw
    where scenario_quarters.volume_rule in ('scales_with_gap', 'shrinks_with_gap')
),

answering as (
    select
        answers.scenario_id,
        answers.flow_id,
        answers.quarter_start,
        any_value(vendor_flows.origin) as origin,
        answers.draw,
        {{ exact_sum('vendor_flows.units') }} as actual_units,
        {{ exact_sum('vendor_flows.units * answers.kept_share') }} as counterfactual_units,
        {%- for measure in measures %}
        {{ exact_sum('vendor_flows.' ~ measure) }} as actual_{{ measure }},
        {{ exact_sum('vendor_flows.' ~ measure ~ ' * answers.kept_share') }}
            as counterfactual_{{ measure }},
        {%- endfor %}
    from answers
    inner join vendor_flows
        on
            answers.quarter_start = vendor_flows.quarter_start
            and answers.draw = vendor_flows.draw
            and list_contains(answers.pieces, vendor_flows.piece)
    group by answers.scenario_id, answers.flow_id, answers.quarter_start, answers.draw
),

flows as (
    select * from counterfactual_flows
    union all by name
    select * from answering
)

select
    scenario_id,
    flow_id,
    quarter_start,
    origin,
    draw,
    actual_units,
    counterfactual_units,
    {%- for measure in measures %}
    actual_{{ measure }},
    counterfactual_{{ measure }},
    -- for chips held back the ratios are equal and all of it is quantity
    case
        when counterfactual_units = 0 or origin <> 'foreign'
            then actual_{{ measure }} - counterfactual_{{ measure }}
        else
            (actual_units - counterfactual_units)
            * counterfactual_{{ measure }} / counterfactual_units
    end as quantity_{{ measure }},
    case
        when counterfactual_units = 0 or origin <> 'foreign' then 0
        else
            actual_{{ measure }}
            - actual_units * counterfactual_{{ measure }} / counterfactual_units
    end as quality_{{ measure }}{{ ',' if not loop.last }}
    {%- endfor %}
from flows
