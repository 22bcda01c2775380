-- Deliveries by region and quarter on every draw: as they were up to the last complete quarter, and
-- carried on by our rule and by the simple one (mean growth). In China ours is the sum of its pieces, which
-- are judged year by year. Other yardsticks keep the ratio to 8-bit
-- H100 equivalents that deliveries of the last complete quarter have on the draw.
{% set yardsticks = ['h100e_8bit', 'h100e_training', 'h100e_inference', 'it_power_mw'] %}
with flows as (
    select
        quarter_start,
        region_id,
        draw,
        {%- for yardstick in yardsticks %}
        {{ exact_sum(yardstick, 6 if yardstick == 'it_power_mw' else 3) }} as {{ yardstick }},
        {%- endfor %}
    from {{ ref('int_supply__flows') }}
    where draw <= {{ var('outlook_draws') }}
    group by quarter_start, region_id, draw
),

walks as (
    select * from {{ ref('int_outlook__walks') }}
    where
        origin_id = 'present'
        and series_kind = 'region'
),

outlook_quarters as (
    select max(last_complete_quarter) as last_complete_quarter
    from {{ ref('int_outlook__quarters') }}
),

china as (
    select
        quarter_start,
        draw,
        {{ exact_sum('h100e_8bit') }} as h100e_8bit,
    from {{ ref('int_outlook__china_pieces') }}
    group by quarter_start, draw
),

last_flows as (
    select flows.*
    from flows
    inner join outlook_quarters on flows.quarter_start = outlook_quarters.last_complete_quarter
)

select
    'all' as rule,
    quarter_start,
    region_id,
    draw,
    {%- for yardstick in yardsticks %}
    {{ yardstick }},
    {%- endfor %}
from flows

{% for rule in ['outlook', 'mean_growth'] %}
union all

select
    '{{ rule }}' as rule,
    walks.quarter_start,
    walks.series_id as region_id,
    walks.draw,
    {%- for yardstick in yardsticks %}
    last_flows.{{ yardstick }} * walks.{{ rule }} as {{ yardstick }},
    {%- endfor %}
from walks
inner join last_flows
    on
        walks.series_id = last_flows.region_id
        and walks.draw = last_flows.draw
{%- if rule == 'outlook' %}
where walks.series_id <> 'CN'
{%- endif %}
{% endfor %}

union all

select
    'outlook' as rule,
    china.quarter_start,
    'CN' as region_id,
    china.draw,
    {%- for yardstick in yardsticks %}
    last_flows.{{ yardstick }} * china.h100e_8bit / last_flows.h100e_8bit as {{ yardstick }},
    {%- endfor %}
from china
inner join last_flows on china.draw = last_flows.draw
where last_flows.region_id = 'CN'
