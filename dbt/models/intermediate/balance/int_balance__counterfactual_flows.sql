-- Flows of chips into China that a scenario changes, on every draw: what came (actual) and what
-- would have come (counterfactual), in units and by every yardstick. Changes that answer the gap of
-- imports follow in int_balance__flow_effects. A flow whose volume nobody states has no row.
with scenario_quarters as (
    select * from {{ ref('int_balance__scenario_quarters') }}
),

arrivals as (
    select * from {{ ref('int_supply__arrivals') }} where region_id = 'CN'
),

vendor_flows as (
    select * from {{ ref('int_supply__vendor_flows') }}
),

chip_draws as (
    select * from {{ ref('int_supply__chip_draws') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

{% set measures = [
    'h100e_training', 'h100e_training_grade', 'h100e_inference', 'h100e_inference_grade',
] %}

graded as (
    select
        chip_id,
        draw,
        h100e_training,
        h100e_inference,
        case when is_training_grade then h100e_training else 0 end as h100e_training_grade,
        case when is_training_grade then h100e_inference else 0 end as h100e_inference_grade,
    from chip_draws
),

-- which chips of which pieces came in a quarter that a scenario touches
touched as (
    select
        scenario_quarters.scenario_id,
        scenario_quarters.flow_id,
        scenario_quarters.quarter_start,
        came_pieces.piece,
        came_pieces.chip_id,
    from scenario_quarters
    inner join (
        select
            quarter_start,
            piece,
            chip_id,
        from arrivals
        where draw = 0
    ) as came_pieces
        on
            scenario_quarters.quarter_start = came_pieces.quarter_start
            and list_contains(scenario_quarters.pieces, came_pieces.piece)
            and coalesce(list_contains(scenario_quarters.chip_ids, came_pieces.chip_id), true)
    where
        scenario_quarters.volume_rule
        in ('share_of_vendor', 'units', 'same_units', 'none', 'lowest')
        and scenario_quarters.touched_share > 0
),

-- the part of a yearly output that stays when it is held to its low point
lowest as (
    select
        held.quarter_start,
        outputs.chip_id,
        outputs.draw,
        least(1, outputs.value_low / outputs.value) as kept_share,
    from (
        select quarter_start
        from scenario_quarters
        where volume_rule = 'lowest'
        group by quarter_start
    ) as held
    inner join {{ assumption_draws('domestic_units') }} as outputs
        on
            outputs.valid_from <= held.quarter_start
            and coalesce(outputs.valid_to > held.quarter_start, true)
),

came as (
    select
        scenario_quarters.scenario_id,
        scenario_quarters.flow_id,
        scenario_quarters.quarter_start,
        arrivals.draw,
        arrivals.origin,
        scenario_quarters.volume_rule,
        arrivals.units * scenario_quarters.touched_share as units,
        {%- for measure in measures %}
        actual.{{ measure }} as actual_{{ measure }},
        case scenario_quarters.volume_rule
            when 'same_units' then uncut.{{ measure }}
            when 'lowest' then actual.{{ measure }} * lowest.kept_share
            else 0
        end as other_{{ measure }},
        {%- endfor %}
        case scenario_quarters.volume_rule
            when 'same_units' then 1
            when 'lowest' then lowest.kept_share
            else 0
        end as other_units,
    from scenario_quarters
    inner join touched
        on
            scenario_quarters.scenario_id = touched.scenario_id
            and scenario_quarters.flow_id = touched.flow_id
            and scenario_quarters.quarter_start = touched.quarter_start
    inner join arrivals
        on
            touched.quarter_start = arrivals.quarter_start
            and touched.piece = arrivals.piece
            and touched.chip_id = arrivals.chip_id
    inner join chips on arrivals.chip_id = chips.chip_id
    inner join graded as actual
        on
            arrivals.chip_id = actual.chip_id
            and arrivals.draw = actual.draw
    left join graded as uncut
        on
            chips.market_variant_of = uncut.chip_id
            and arrivals.draw = uncut.draw
    left join lowest
        on
            arrivals.quarter_start = lowest.quarter_start
            and arrivals.chip_id = lowest.chip_id
            and arrivals.draw = lowest.draw
),

actual_flows as (
    select
        scenario_id,
        flow_id,
        quarter_start,
        draw,
        any_value(origin) as origin,
        any_value(volume_rule) as volume_rule,
        {{ exact_sum('units') }} as actual_units,
        {{ exact_sum('units * other_units') }} as other_units,
        {%- for measure in measures %}
        {{ exact_sum('units * actual_' ~ measure) }} as actual_{{ measure }},
        {{ exact_sum('units * other_' ~ measure) }} as other_{{ measure }},
        {%- endfor %}
    from came
    group by scenario_id, flow_id, quarter_start, draw
),

-- the maker's deliveries to everybody, and their mix outside China: that is what China would get
deliveries as (
    select
        quarter_start,
        vendor,
        draw,
        {{ exact_sum('h100e_training') }} as world_training,
        {{ exact_sum("case when region_id <> 'CN' then units end") }} as mix_units,
        {%- for measure in measures %}
        {{ exact_sum("case when region_id <> 'CN' then " ~ measure ~ ' end') }} as mix_{{ measure }},
        {%- endfor %}
    from vendor_flows
    where
        vendor in (select source_vendor from scenario_quarters)
        and piece in ('tracked', 'diverted')
    group by quarter_start, vendor, draw
),

-- a share or a number of chips that would have come, whatever came
volumes as (
    select
        scenario_quarters.scenario_id,
        scenario_quarters.flow_id,
        scenario_quarters.quarter_start,
        scenario_quarters.volume_rule,
        judged.draw,
        scenario_quarters.changed_share * scenario_quarters.volume_factor
        * judged.value as volume,
        deliveries.world_training,
        case
            when scenario_quarters.counterfactual_chip_id is null
                then deliveries.mix_units / nullif(deliveries.mix_h100e_training, 0)
            else 1 / nullif(chosen.h100e_training, 0)
        end as units_per_training,
        {%- for measure in measures %}
        case
            when scenario_quarters.counterfactual_chip_id is null
                then deliveries.mix_{{ measure }} / nullif(deliveries.mix_units, 0)
            else chosen.{{ measure }}
        end as ratio_{{ measure }},
        {%- endfor %}
    from scenario_quarters
    inner join {{ assumption_draws('counterfactual_share', 'counterfactual_units') }} as judged
        on scenario_quarters.assumption_id = judged.assumption_id
    left join deliveries
        on
            scenario_quarters.source_vendor = deliveries.vendor
            and scenario_quarters.quarter_start = deliveries.quarter_start
            and judged.draw = deliveries.draw
    left join graded as chosen
        on
            scenario_quarters.counterfactual_chip_id = chosen.chip_id
            and judged.draw = chosen.draw
    where
        scenario_quarters.volume_rule = 'units'
        -- nothing is a share of deliveries that nobody knew of on the as-of day
        or (
            scenario_quarters.volume_rule = 'share_of_vendor'
            and deliveries.world_training is not null
        )
),

sized as (
    select
        *,
        volume * case
            when volume_rule = 'share_of_vendor' then world_training * units_per_training
            else 1
        end as units,
    from volumes
)

select
    coalesce(sized.scenario_id, actual_flows.scenario_id) as scenario_id,
    coalesce(sized.flow_id, actual_flows.flow_id) as flow_id,
    coalesce(sized.quarter_start, actual_flows.quarter_start) as quarter_start,
    -- what would have come is an import; domestic output is only held back
    coalesce(actual_flows.origin, 'foreign') as origin,
    coalesce(sized.draw, actual_flows.draw) as draw,
    coalesce(actual_flows.actual_units, 0) as actual_units,
    coalesce(sized.units, actual_flows.other_units) as counterfactual_units,
    {%- for measure in measures %}
    coalesce(actual_flows.actual_{{ measure }}, 0) as actual_{{ measure }},
    coalesce(sized.units * sized.ratio_{{ measure }}, actual_flows.other_{{ measure }})
        as counterfactual_{{ measure }},
    {%- endfor %}
from sized
full join actual_flows
    on
        sized.scenario_id = actual_flows.scenario_id
        and sized.flow_id = actual_flows.flow_id
        and sized.quarter_start = actual_flows.quarter_start
        and sized.draw = actual_flows.draw
where
    sized.scenario_id is not null
    or actual_flows.volume_rule not in ('share_of_vendor', 'units')
