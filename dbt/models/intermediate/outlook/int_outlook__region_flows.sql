-- Deliveries by region and quarter ahead on every draw, on each path: in each world under what limits them
-- (outside China; in China the sum of its pieces), `orders` by the rule of the record alone, and by the
-- simple rule. Other yardsticks keep the ratio to 8-bit H100 equivalents that deliveries of the last
-- complete quarter have on the draw; IT power outside China moves with what a wafer holds.
{% set yardsticks = ['h100e_8bit', 'h100e_training', 'h100e_inference', 'it_power_mw'] %}
with quarters as (
    select * from {{ ref('int_outlook__quarters') }}
),

worlds as (
    select * from {{ ref('int_outlook__worlds') }}
),

last_flows as (
    select
        flows.region_id,
        flows.draw,
        {%- for yardstick in yardsticks %}
        {{ exact_sum('flows.' ~ yardstick, 6 if yardstick == 'it_power_mw' else 3) }}
            as {{ yardstick }},
        {%- endfor %}
    from {{ ref('int_supply__flows') }} as flows
    inner join quarters
        on
            flows.quarter_start = quarters.quarter_start
            and quarters.quarters_ahead = 0
    where flows.draw <= {{ var('outlook_draws') }}
    group by flows.region_id, flows.draw
),

china as (
    select
        world_id,
        quarter_start,
        draw,
        {{ exact_sum('h100e_8bit') }} as h100e_8bit,
    from {{ ref('int_outlook__china_pieces') }}
    group by world_id, quarter_start, draw
),

-- the world whose deliveries outside China, and in China, a path has
path_worlds as (
    select
        world_id as path_id,
        case kind when 'growth' then world_id else 'expected' end as western_world_id,
        case kind when 'rules' then world_id else 'expected' end as chinese_world_id,
    from worlds
),

mix as (
    select
        world_id,
        quarter_start,
        draw,
        power_w / h100e_8bit as w_per_h100e,
        first_value(power_w / h100e_8bit) over (
            partition by world_id, draw
            order by quarter_start
        ) as first_w_per_h100e,
    from {{ ref('int_outlook__wafer_mix') }}
),

delivered as (
    select
        path_worlds.path_id,
        bounded.quarter_start,
        bounded.region_id,
        bounded.draw,
        bounded.world_id as mix_world_id,
        bounded.h100e_8bit,
    from {{ ref('int_outlook__bounded_deliveries') }} as bounded
    inner join path_worlds on bounded.world_id = path_worlds.western_world_id

    union all

    select
        'orders' as path_id,
        quarter_start,
        region_id,
        draw,
        world_id as mix_world_id,
        h100e_8bit,
    from {{ ref('int_outlook__orders') }}
    where world_id = 'expected'

    union all

    select
        path_worlds.path_id,
        china.quarter_start,
        'CN' as region_id,
        china.draw,
        null as mix_world_id,
        china.h100e_8bit,
    from china
    inner join (
        select
            path_id,
            chinese_world_id,
        from path_worlds
        union all
        select
            'orders' as path_id,
            'expected' as chinese_world_id,
    ) as path_worlds
        on china.world_id = path_worlds.chinese_world_id

    union all

    select
        'mean_growth' as path_id,
        walks.quarter_start,
        walks.series_id as region_id,
        walks.draw,
        null as mix_world_id,
        last_flows.h100e_8bit * walks.mean_growth as h100e_8bit,
    from {{ ref('int_outlook__walks') }} as walks
    inner join last_flows
        on
            walks.series_id = last_flows.region_id
            and walks.draw = last_flows.draw
    where
        walks.origin_id = 'present'
        and walks.world_id = 'expected'
        and walks.series_kind = 'region'
)

select
    delivered.path_id,
    delivered.quarter_start,
    delivered.region_id,
    delivered.draw,
    delivered.h100e_8bit,
    last_flows.h100e_training * delivered.h100e_8bit / last_flows.h100e_8bit as h100e_training,
    last_flows.h100e_inference * delivered.h100e_8bit / last_flows.h100e_8bit as h100e_inference,
    last_flows.it_power_mw * delivered.h100e_8bit / last_flows.h100e_8bit
    * coalesce(mix.w_per_h100e / mix.first_w_per_h100e, 1) as it_power_mw,
from delivered
inner join last_flows
    on
        delivered.region_id = last_flows.region_id
        and delivered.draw = last_flows.draw
left join mix
    on
        delivered.mix_world_id = mix.world_id
        and delivered.quarter_start = mix.quarter_start
        and delivered.draw = mix.draw

union all

-- the last complete quarter is as it was on every path
select
    paths.path_id,
    quarters.quarter_start,
    last_flows.region_id,
    last_flows.draw,
    {%- for yardstick in yardsticks %}
    last_flows.{{ yardstick }},
    {%- endfor %}
from last_flows
cross join quarters
cross join (
    select path_id from path_worlds
    union all
    select unnest(['orders', 'mean_growth']) as path_id
) as paths
where quarters.quarters_ahead = 0
