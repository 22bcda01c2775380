-- On every draw, flow and yardstick: what the rules did by quantity and by quality adds up to actual
-- less counterfactual. The tolerance is that of sums kept to a thousandth.
{% set measures = [
    'h100e_training', 'h100e_training_grade', 'h100e_inference', 'h100e_inference_grade',
] %}

select *
from {{ ref('int_balance__changed_flows') }}
where
    {%- for measure in measures %}
    {{ 'or ' if not loop.first }}coalesce(abs(
        quantity_{{ measure }} + quality_{{ measure }}
        - (actual_{{ measure }} - counterfactual_{{ measure }})
    ) > 1e-6 * greatest(abs(actual_{{ measure }}), abs(counterfactual_{{ measure }}), 1), true)
    {%- endfor %}
