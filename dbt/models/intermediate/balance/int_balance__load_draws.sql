-- Load by region, on every draw, scenario and access: the needs of all workloads over the stock.
-- The load of the world is the mean of its regions by stock, with no chip moved between them.
-- A scenario's world takes the regions that it leaves alone as they were.
with needs as (
    select * from {{ ref('int_balance__needs') }}
),

scenario_cells as (
    select * from {{ ref('int_balance__scenario_cells') }}
),

region_count as (
    select count(distinct region_id) as regions
    from needs
),

unchanged as (
    select
        needs.* replace (worlds.scenario_id as scenario_id),
    from scenario_cells as worlds
    inner join scenario_cells
        on
            worlds.scenario_id = scenario_cells.scenario_id
            and worlds.quarter_start = scenario_cells.quarter_start
    inner join needs
        on
            scenario_cells.quarter_start = needs.quarter_start
            and scenario_cells.region_id = needs.region_id
    where
        worlds.region_id = 'WORLD'
        and worlds.scenario_id <> 'baseline'
        and worlds.drawn_from = worlds.scenario_id
        and scenario_cells.drawn_from = 'baseline'
        and needs.scenario_id = 'baseline'
),

parts as (
    select * from needs
    union all by name
    select * from unchanged
)

select
    scenario_id,
    quarter_start,
    region_id,
    access,
    draw,
    load_served,
    load_wanted,
    idle_share,
from needs

union all

select
    parts.scenario_id,
    parts.quarter_start,
    'WORLD' as region_id,
    parts.access,
    parts.draw,
    case
        when count(parts.load_served) = any_value(region_count.regions)
            then {{ exact_sum('parts.load_served * parts.stock') }} / {{ exact_sum('parts.stock') }}
    end as load_served,
    case
        when count(parts.load_wanted) = any_value(region_count.regions)
            then {{ exact_sum('parts.load_wanted * parts.stock') }} / {{ exact_sum('parts.stock') }}
    end as load_wanted,
    {{ exact_sum('coalesce(parts.idle_share, 0) * parts.stock') }} / {{ exact_sum('parts.stock') }}
        as idle_share,
from parts
cross join region_count
group by parts.scenario_id, parts.quarter_start, parts.access, parts.draw
