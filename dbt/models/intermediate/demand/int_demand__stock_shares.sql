-- How a region's usable supply of a kind of work translates into shares of its powered stock, on
-- every draw: demand in always busy H100 over `usable_h100e`, times `suitable_share`, is the need of
-- that work as a share of the stock.
with region_supply as (
    select * from {{ ref('int_supply__region_supply') }}
    where scenario_id = 'baseline'
)

{% for workload, usable, suitable in [
    ('training_large', 'usable_large', 'potential_large'),
    ('training_small', 'usable_small', 'potential_grade'),
    ('inference', 'usable_inference', 'powered_inference'),
] -%}
select
    region_id,
    quarter_start,
    '{{ workload }}' as workload_id,
    draw,
    nullif({{ usable }}, 0) as usable_h100e,
    {{ suitable }} / nullif(powered_inference, 0) as suitable_share,
    nullif(powered_8bit, 0) as powered_h100e_8bit,
from region_supply
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
