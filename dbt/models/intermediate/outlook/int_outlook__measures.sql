-- Each measure of the outlook by region (and over the world) and quarter on every draw, by our rule and
-- by the simple one. Powered stock keeps the powered share of the last complete quarter on the draw.
{% set yardsticks = {'8bit': 'h100e_8bit', 'training': 'h100e_training', 'inference': 'h100e_inference'} %}
with region_flows as (
    select * from {{ ref('int_outlook__region_flows') }}
),

stock as (
    select * from {{ ref('int_outlook__stock') }}
),

quarters as (
    select * from {{ ref('int_outlook__quarters') }}
),

region_supply as (
    select * from {{ ref('int_supply__region_supply') }}
),

live_power as (
    select * from {{ ref('int_outlook__live_power') }}
),

judged_shares as (
    select
        region_id,
        draw,
        arg_max(value, valid_from) as powered_share,
    from {{ assumption_draws('powered_share') }}
    where draw <= {{ var('outlook_draws') }}
    group by region_id, draw
),

-- the last complete quarter is as in the balance
last_powered as (
    select
        region_supply.quarter_start,
        region_supply.region_id,
        region_supply.draw,
        region_supply.powered_8bit / region_supply.deployed_8bit as powered_share,
    from region_supply
    inner join quarters
        on
            region_supply.quarter_start = quarters.quarter_start
            and quarters.quarters_ahead = 0
    where region_supply.scenario_id = 'baseline'
),

powered_shares as (
    select
        stock.rule,
        stock.quarter_start,
        stock.region_id,
        stock.draw,
        coalesce(
            last_powered.powered_share,
            least(
                judged_shares.powered_share,
                coalesce(live_power.live_it_power_mw / stock.deployed_it_power_mw, 1)
            )
        ) as powered_share,
    from stock
    inner join judged_shares
        on
            stock.region_id = judged_shares.region_id
            and stock.draw = judged_shares.draw
    left join live_power
        on
            stock.rule = live_power.rule
            and stock.quarter_start = live_power.quarter_start
            and stock.region_id = live_power.region_id
            and stock.draw = live_power.draw
    left join last_powered
        on
            stock.quarter_start = last_powered.quarter_start
            and stock.region_id = last_powered.region_id
            and stock.draw = last_powered.draw
),

rules as (
    select unnest(['outlook', 'mean_growth']) as rule
),

delivered as (
    select
        rules.rule,
        region_flows.* exclude (rule),
    from region_flows
    inner join rules on region_flows.rule in (rules.rule, 'all')
    inner join quarters on region_flows.quarter_start = quarters.quarter_start
),

regional as (
    {%- for yardstick, column in yardsticks.items() %}
    {%- for measure in ['nominal', 'deployed', 'powered'] %}
    {{ 'union all' if not (loop.first and yardstick == '8bit') }}
    select
        '{{ measure }}' as measure,
        '{{ yardstick }}' as yardstick,
        stock.rule,
        stock.quarter_start,
        stock.region_id,
        stock.draw,
        {% if measure == 'powered' -%}
            stock.deployed_{{ column }} * powered_shares.powered_share as amount,
        {%- else -%}
            stock.{{ measure }}_{{ column }} as amount,
        {%- endif %}
    from stock
    {%- if measure == 'powered' %}
    inner join powered_shares
        on
            stock.rule = powered_shares.rule
            and stock.quarter_start = powered_shares.quarter_start
            and stock.region_id = powered_shares.region_id
            and stock.draw = powered_shares.draw
    {%- endif %}
    {%- endfor %}

    union all

    select
        'delivered' as measure,
        '{{ yardstick }}' as yardstick,
        rule,
        quarter_start,
        region_id,
        draw,
        {{ column }} as amount,
    from delivered
    {%- endfor %}

    union all

    select
        'needed_it_power' as measure,
        'it_power' as yardstick,
        rule,
        quarter_start,
        region_id,
        draw,
        deployed_it_power_mw as amount,
    from stock

    union all

    -- in China nobody tells what is live: what powered chips need
    select
        'live_it_power' as measure,
        'it_power' as yardstick,
        stock.rule,
        stock.quarter_start,
        stock.region_id,
        stock.draw,
        coalesce(
            live_power.live_it_power_mw, stock.deployed_it_power_mw * powered_shares.powered_share
        ) as amount,
    from stock
    inner join powered_shares
        on
            stock.rule = powered_shares.rule
            and stock.quarter_start = powered_shares.quarter_start
            and stock.region_id = powered_shares.region_id
            and stock.draw = powered_shares.draw
    left join live_power
        on
            stock.rule = live_power.rule
            and stock.quarter_start = live_power.quarter_start
            and stock.region_id = live_power.region_id
            and stock.draw = live_power.draw
)

select * from regional

union all

select
    measure,
    yardstick,
    rule,
    quarter_start,
    'WORLD' as region_id,
    draw,
    {{ exact_sum('amount') }} as amount,
from regional
group by measure, yardstick, rule, quarter_start, draw
