-- No scenario takes more out of a step of supply than there is, and none makes chips out of nothing:
-- on every draw the baseline less the effects stays above zero at every step. The tolerance covers
-- sums kept to a thousandth.
{% set measures = [
    'nominal_training', 'nominal_inference', 'deployed_training', 'deployed_inference',
    'suitable_large', 'suitable_small', 'suitable_inference',
    'usable_large', 'usable_small', 'usable_inference',
    'merchant_large', 'merchant_small', 'merchant_inference',
    'potential_grade', 'potential_large',
    'merchant_potential_all', 'merchant_potential_grade', 'merchant_potential_large',
] %}

with effects as (
    select
        scenario_id,
        quarter_start,
        region_id,
        draw,
        {%- for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
    from {{ ref('int_balance__supply_effects') }}
    group by scenario_id, quarter_start, region_id, draw
)

select effects.*
from effects
inner join {{ ref('int_supply__region_supply') }} as baseline
    on
        effects.quarter_start = baseline.quarter_start
        and effects.region_id = baseline.region_id
        and effects.draw = baseline.draw
where
    least(
        {%- for measure in measures %}
        baseline.{{ measure }} - effects.{{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    ) < -0.1
