-- Supply after allocation against wanted demand by workload, on every draw, scenario and access,
-- with the world as the sum of its regions on the same draw. The world of a scenario adds the
-- regions that it leaves as they were.
with allocation as (
    select * from {{ ref('int_balance__allocation') }}
),

scenario_cells as (
    select * from {{ ref('int_balance__scenario_cells') }}
),

{% set workloads = ['large', 'small', 'inference'] %}

region_count as (
    select count(distinct region_id) as regions
    from allocation
),

unchanged as (
    select
        allocation.* replace (worlds.scenario_id as scenario_id),
    from scenario_cells as worlds
    inner join scenario_cells
        on
            worlds.scenario_id = scenario_cells.scenario_id
            and worlds.quarter_start = scenario_cells.quarter_start
    inner join allocation
        on
            scenario_cells.quarter_start = allocation.quarter_start
            and scenario_cells.region_id = allocation.region_id
    where
        worlds.region_id = 'WORLD'
        and worlds.scenario_id <> 'baseline'
        and worlds.drawn_from = worlds.scenario_id
        and scenario_cells.drawn_from = 'baseline'
        and allocation.scenario_id = 'baseline'
),

parts as (
    select * from allocation
    union all by name
    select * from unchanged
),

-- a sum over some regions only is no figure of the world
worlds as (
    select
        parts.scenario_id,
        parts.quarter_start,
        'WORLD' as region_id,
        parts.access,
        parts.draw,
        {%- for workload in workloads %}
        {%- for side in ['supply', 'wanted'] %}
        case
            when count(parts.{{ side }}_{{ workload }}) = any_value(region_count.regions)
                then {{ exact_sum('parts.' ~ side ~ '_' ~ workload) }}
        end as {{ side }}_{{ workload }},
        {%- endfor %}
        {%- endfor %}
    from parts
    cross join region_count
    group by parts.scenario_id, parts.quarter_start, parts.access, parts.draw
),

all_regions as (
    select
        scenario_id,
        quarter_start,
        region_id,
        access,
        draw,
        {%- for workload in workloads %}
        supply_{{ workload }},
        wanted_{{ workload }},
        {%- endfor %}
    from allocation

    union all by name

    select * from worlds
)

{% for workload in workloads %}
select
    scenario_id,
    quarter_start,
    region_id,
    '{{ 'inference' if workload == 'inference' else 'training_' ~ workload }}' as workload_id,
    access,
    draw,
    supply_{{ workload }} as supply_h100e,
    wanted_{{ workload }} as demand_h100e,
from all_regions
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
