-- Each measure of the outlook side by side, by path, region (and over the world) and quarter on every draw.
-- No more is powered than live power feeds, nor than the judged share.
{% set yardsticks = {'8bit': 'h100e_8bit', 'training': 'h100e_training', 'inference': 'h100e_inference'} %}
with region_flows as (
    select * from {{ ref('int_outlook__region_flows') }}
),

stock as (
    select * from {{ ref('int_outlook__stock') }}
),

quarters as (
    select * from {{ ref('int_outlook__quarters') }}
    where quarters_ahead = 0
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
    inner join quarters on region_supply.quarter_start = quarters.quarter_start
    where region_supply.scenario_id = 'baseline'
),

-- rules and the record know no power of their own
stock_paths as (
    select
        stock.*,
        case
            when stock.path_id in (select path_id from live_power) then stock.path_id
            else 'expected'
        end as power_path_id,
    from stock
),

powered as (
    select
        stock_paths.*,
        live_power.live_it_power_mw,
        coalesce(
            last_powered.powered_share,
            least(
                judged_shares.powered_share,
                coalesce(live_power.live_it_power_mw / stock_paths.deployed_it_power_mw, 1)
            )
        ) as powered_share,
    from stock_paths
    inner join judged_shares
        on
            stock_paths.region_id = judged_shares.region_id
            and stock_paths.draw = judged_shares.draw
    left join live_power
        on
            stock_paths.power_path_id = live_power.path_id
            and stock_paths.quarter_start = live_power.quarter_start
            and stock_paths.region_id = live_power.region_id
            and stock_paths.draw = live_power.draw
    left join last_powered
        on
            stock_paths.quarter_start = last_powered.quarter_start
            and stock_paths.region_id = last_powered.region_id
            and stock_paths.draw = last_powered.draw
),

regional as (
    select
        powered.path_id,
        powered.quarter_start,
        powered.region_id,
        powered.draw,
        {%- for yardstick, column in yardsticks.items() %}
        region_flows.{{ column }} as delivered_{{ yardstick }},
        powered.nominal_{{ column }} as nominal_{{ yardstick }},
        powered.deployed_{{ column }} as deployed_{{ yardstick }},
        powered.deployed_{{ column }} * powered.powered_share as powered_{{ yardstick }},
        {%- endfor %}
        powered.deployed_it_power_mw as needed_it_power,
        -- in China nobody tells what is live: what powered chips need
        coalesce(powered.live_it_power_mw, powered.deployed_it_power_mw * powered.powered_share)
            as live_it_power,
    from powered
    inner join region_flows
        on
            powered.path_id = region_flows.path_id
            and powered.quarter_start = region_flows.quarter_start
            and powered.region_id = region_flows.region_id
            and powered.draw = region_flows.draw
)

select * from regional

union all

select
    path_id,
    quarter_start,
    'WORLD' as region_id,
    draw,
    {%- for yardstick in yardsticks %}
    {%- for measure in ['delivered', 'nominal', 'deployed', 'powered'] %}
    {{ exact_sum(measure ~ '_' ~ yardstick) }} as {{ measure }}_{{ yardstick }},
    {%- endfor %}
    {%- endfor %}
    {{ exact_sum('needed_it_power', 6) }} as needed_it_power,
    {{ exact_sum('live_it_power', 6) }} as live_it_power,
from regional
group by path_id, quarter_start, draw
