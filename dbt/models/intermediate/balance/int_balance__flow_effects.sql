-- What the rules that a scenario changes did to the deliveries of a region and origin (actual less
-- counterfactual), on every draw and by effect, summed over owners: plain, and weighted by how much
-- of the time an owner's chips work and what part of them is offered. Chips that China would have
-- got more of would have been missing elsewhere, as far as the maker could not make more
-- (cf-zero-sum): the other buyers of the maker lose in proportion to what they got. Diverted chips
-- go back to the owners they came from.
with changed_flows as (
    select * from {{ ref('int_balance__changed_flows') }}
),

scenario_quarters as (
    select * from {{ ref('int_balance__scenario_quarters') }}
),

vendor_flows as (
    select * from {{ ref('int_supply__vendor_flows') }} where region_id <> 'CN'
),

owner_factors as (
    select * from {{ ref('int_supply__owner_factors') }}
),

diversion_sources as (
    select
        region_id,
        owner,
    from {{ assumption_points('max_share_of_source') }}
),

{% set measures = ['training', 'training_grade', 'inference', 'inference_grade'] %}
{#- weighted measure: which plain measure, which workload's factor -#}
{% set weighted = {
    'busy_large': ('training_grade', 'large_occupancy'),
    'busy_small': ('training_grade', 'small_occupancy'),
    'busy_inference': ('inference', 'inference_occupancy'),
    'offered_busy_large': ('training_grade', 'large_merchant_occupancy'),
    'offered_busy_small': ('training_grade', 'small_merchant_occupancy'),
    'offered_busy_inference': ('inference', 'inference_merchant_occupancy'),
    'offered_large': ('inference_grade', 'large_merchant_share'),
    'offered_grade': ('inference_grade', 'small_merchant_share'),
    'offered_all': ('inference', 'inference_merchant_share'),
} %}

factors as (
    select
        region_id,
        owner,
        origin,
        draw,
        {%- for workload in ['training_large', 'training_small', 'inference'] %}
        {%- for factor in ['occupancy', 'merchant_occupancy', 'merchant_share'] %}
        max({{ factor }}) filter (where workload_id = '{{ workload }}')
            as {{ workload | replace('training_', '') }}_{{ factor }},
        {%- endfor %}
        {%- endfor %}
    from owner_factors
    group by region_id, owner, origin, draw
),

-- flows of the same chips have no quality effect, on any draw
with_quality as (
    select
        scenario_id,
        flow_id,
        quarter_start,
    from changed_flows
    group by scenario_id, flow_id, quarter_start
    -- flows are kept to thousandths, so equal ratios may differ by a few of them
    having
        max(abs(quality_h100e_training)) >= 0.01
        or max(abs(quality_h100e_inference)) >= 0.01
),

-- how much of the change in imports other buyers bear
displaced as (
    select
        changed_flows.scenario_id,
        changed_flows.quarter_start,
        scenario_quarters.source_vendor,
        changed_flows.draw,
        max(displacements.value) * {{ exact_sum(
            'changed_flows.counterfactual_h100e_training - changed_flows.actual_h100e_training'
        ) }} as h100e_training,
    from changed_flows
    inner join scenario_quarters
        on
            changed_flows.scenario_id = scenario_quarters.scenario_id
            and changed_flows.flow_id = scenario_quarters.flow_id
            and changed_flows.quarter_start = scenario_quarters.quarter_start
            and scenario_quarters.source_vendor is not null
    inner join {{ assumption_draws('counterfactual_displacement') }} as displacements
        on
            displacements.valid_from <= changed_flows.quarter_start
            and coalesce(displacements.valid_to > changed_flows.quarter_start, true)
            and changed_flows.draw = displacements.draw
    group by
        changed_flows.scenario_id,
        changed_flows.quarter_start,
        scenario_quarters.source_vendor,
        changed_flows.draw
),

sources as (
    select
        quarter_start,
        vendor,
        draw,
        {{ exact_sum('h100e_training') }} as h100e_training,
    from vendor_flows
    group by quarter_start, vendor, draw
),

-- changes by owner, and beside them the makers' deliveries of which a part is displaced
owned as (
    {%- for effect in ['quantity', 'quality'] %}
    select
        scenario_id,
        '{{ effect }}' as effect,
        null as vendor,
        quarter_start,
        'CN' as region_id,
        'China' as owner,
        origin,
        draw,
        {%- for measure in measures %}
        {{ effect }}_h100e_{{ measure }} as {{ measure }},
        {%- endfor %}
    from changed_flows
    {%- if effect == 'quality' %}
    inner join with_quality using (scenario_id, flow_id, quarter_start)
    {%- endif %}

    union all
    {% endfor %}
    select
        changed_flows.scenario_id,
        'quantity' as effect,
        null as vendor,
        changed_flows.quarter_start,
        diversion_sources.region_id,
        diversion_sources.owner,
        'foreign' as origin,
        changed_flows.draw,
        {%- for measure in measures %}
        -changed_flows.quantity_h100e_{{ measure }} as {{ measure }},
        {%- endfor %}
    from changed_flows
    cross join diversion_sources
    where changed_flows.origin = 'diverted'

    union all

    select
        null as scenario_id,
        'quantity' as effect,
        vendor,
        quarter_start,
        region_id,
        owner,
        origin,
        draw,
        {%- for measure in measures %}
        h100e_{{ measure }} as {{ measure }},
        {%- endfor %}
    from vendor_flows
    where vendor in (select source_vendor from displaced)
),

by_region as (
    select
        owned.scenario_id,
        owned.effect,
        owned.vendor,
        owned.quarter_start,
        owned.region_id,
        owned.origin,
        owned.draw,
        {%- for measure in measures %}
        {{ exact_sum('owned.' ~ measure) }} as {{ measure }},
        {%- endfor %}
        {%- for name, (measure, factor) in weighted.items() %}
        {{ exact_sum('owned.' ~ measure ~ ' * factors.' ~ factor) }} as {{ name }},
        {%- endfor %}
    from owned
    inner join factors
        on
            owned.region_id = factors.region_id
            and owned.owner = factors.owner
            and owned.origin = factors.origin
            and owned.draw = factors.draw
    group by
        owned.scenario_id,
        owned.effect,
        owned.vendor,
        owned.quarter_start,
        owned.region_id,
        owned.origin,
        owned.draw
)

{% set columns = measures + weighted.keys() | list %}

select
    scenario_id,
    effect,
    quarter_start,
    region_id,
    origin,
    'changed' as cause,
    draw,
    {{ columns | join(',\n    ') }},
from by_region
where scenario_id is not null

union all

select
    displaced.scenario_id,
    by_region.effect,
    by_region.quarter_start,
    by_region.region_id,
    by_region.origin,
    'displaced' as cause,
    by_region.draw,
    {%- for column in columns %}
    by_region.{{ column }} * displaced.h100e_training / sources.h100e_training as {{ column }},
    {%- endfor %}
from displaced
inner join by_region
    on
        displaced.source_vendor = by_region.vendor
        and displaced.quarter_start = by_region.quarter_start
        and displaced.draw = by_region.draw
inner join sources
    on
        displaced.source_vendor = sources.vendor
        and displaced.quarter_start = sources.quarter_start
        and displaced.draw = sources.draw
