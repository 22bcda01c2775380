-- Deliveries outside China in each quarter ahead as the rule of the record carries them on, by region in
-- each world of growth on every draw: what would come if nothing limited it. In 8-bit H100 equivalents.
with walks as (
    select * from {{ ref('int_outlook__walks') }}
    where
        origin_id = 'present'
        and series_kind = 'region'
        and series_id <> 'CN'
),

quarters as (
    select * from {{ ref('int_outlook__quarters') }}
    where quarters_ahead = 0
),

last_flows as (
    select
        flows.region_id,
        flows.draw,
        {{ exact_sum('flows.h100e_8bit') }} as h100e_8bit,
    from {{ ref('int_supply__flows') }} as flows
    inner join quarters on flows.quarter_start = quarters.quarter_start
    where flows.draw <= {{ var('outlook_draws') }}
    group by flows.region_id, flows.draw
)

select
    walks.world_id,
    walks.quarter_start,
    walks.series_id as region_id,
    walks.draw,
    last_flows.h100e_8bit * walks.outlook as h100e_8bit,
from walks
inner join last_flows
    on
        walks.series_id = last_flows.region_id
        and walks.draw = last_flows.draw
