-- Quantiles of every step of supply for every kind of work. Where the public knew of no shipments
-- on the as-of day, the quarters of the grid stand with no quantity. A scenario shows the baseline's
-- figures where it changes nothing, and none where the volume of a change is unknown.
with supply_draws as (
    select * from {{ ref('int_balance__supply_draws') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

regions as (
    select * from {{ ref('int_reference__regions') }}
),

workloads as (
    select * from {{ ref('int_reference__workloads') }}
),

scenario_cells as (
    select * from {{ ref('int_balance__scenario_cells') }}
),

{#- which measure of which workload a step shows; both sizes of jobs share the training yardstick -#}
{% set shown = [] -%}
{% for step in ['nominal', 'deployed', 'powered'] -%}
    {% do shown.append((step, 'training_large', step ~ '_training')) -%}
    {% do shown.append((step, 'training_small', step ~ '_training')) -%}
    {% do shown.append((step, 'inference', step ~ '_inference')) -%}
{% endfor -%}
{% for step in ['suitable', 'usable', 'merchant'] -%}
    {% do shown.append((step, 'training_large', step ~ '_large')) -%}
    {% do shown.append((step, 'training_small', step ~ '_small')) -%}
    {% do shown.append((step, 'inference', step ~ '_inference')) -%}
{% endfor %}

measured as (
    select
        scenario_id,
        quarter_start,
        region_id,
        {%- for measure in shown | map('last') | unique %}
        {{ quantile_points(measure) }} as {{ measure }}_points,
        max({{ measure }}) filter (where draw = 0) as {{ measure }}_central,
        {%- endfor %}
    from supply_draws
    group by scenario_id, quarter_start, region_id
),

points as (
    {%- for step, workload_id, measure in shown %}
    select
        scenario_id,
        quarter_start,
        region_id,
        '{{ workload_id }}' as workload_id,
        '{{ step }}' as step,
        {{ measure }}_points as points,
        {{ measure }}_central as central,
    from measured
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

steps as (
    select
        step,
        workload_id,
    from (values
        {%- for step, workload_id, measure in shown %}
        ('{{ step }}', '{{ workload_id }}'){{ ',' if not loop.last }}
        {%- endfor %}
    ) as shown (step, workload_id)
)

select
    quarters.quarter_start,
    regions.region_id,
    workloads.workload_id,
    scenario_cells.scenario_id,
    steps.step,
    workloads.yardstick,
    points.points,
    points.central,
from quarters
cross join regions
cross join steps
inner join scenario_cells
    on
        quarters.quarter_start = scenario_cells.quarter_start
        and regions.region_id = scenario_cells.region_id
inner join workloads on steps.workload_id = workloads.workload_id
left join points
    on
        quarters.quarter_start = points.quarter_start
        and regions.region_id = points.region_id
        and scenario_cells.drawn_from = points.scenario_id
        and steps.step = points.step
        and steps.workload_id = points.workload_id
