-- Quantiles of demand by component, region and workload, with the world as the sum of its regions
-- on the same draw. A component that a region or kind of work cannot have is no row; one that it
-- has but nobody observed is a row without a quantity.
with regional_service as (
    select * from {{ ref('int_demand__regional_service') }}
),

workloads as (
    select * from {{ ref('int_reference__workloads') }}
),

{% set components = [
    'observed_runs', 'unobserved_runs', 'experiments', 'small_runs', 'base_load', 'tokens',
    'nontoken_generative', 'moved_in', 'moved_out', 'runs_tokens', 'claims', 'served', 'wanted',
] %}

region_count as (
    select count(distinct region_id) as regions
    from regional_service
),

-- moves concern some regions only; everything else of the world needs all of them
all_regions as (
    select
        region_id,
        quarter_start,
        workload_id,
        draw,
        is_nowcast,
        {{ components | join(',\n        ') }},
    from regional_service

    union all

    select
        'WORLD' as region_id,
        regional_service.quarter_start,
        regional_service.workload_id,
        regional_service.draw,
        bool_or(regional_service.is_nowcast) as is_nowcast,
        {%- for component in components %}
        {% if component in ('moved_in', 'moved_out') -%}
        {{ exact_sum('regional_service.' ~ component) }} as {{ component }},
        {%- else -%}
        case
            when count(regional_service.{{ component }}) = any_value(region_count.regions)
                then {{ exact_sum('regional_service.' ~ component) }}
        end as {{ component }},
        {%- endif %}
        {%- endfor %}
    from regional_service
    cross join region_count
    group by regional_service.quarter_start, regional_service.workload_id, regional_service.draw
),

points as (
    {%- for component in components %}
    select
        region_id,
        quarter_start,
        workload_id,
        '{{ component }}' as component,
        bool_or(is_nowcast) as is_nowcast,
        {{ quantile_points(component) }} as points,
        max({{ component }}) filter (where draw = 0) as central,
    from all_regions
    group by region_id, quarter_start, workload_id
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

-- what each kind of work is made of, in every region
parts as (
    select
        workload_id,
        component,
    from (values
        ('training_large', 'observed_runs'),
        ('training_large', 'unobserved_runs'),
        ('training_large', 'experiments'),
        ('training_small', 'observed_runs'),
        ('training_small', 'experiments'),
        ('training_small', 'small_runs'),
        ('training_small', 'base_load'),
        ('inference', 'tokens'),
        ('inference', 'nontoken_generative'),
        ('inference', 'base_load'),
        ('training_large', 'runs_tokens'),
        ('training_small', 'runs_tokens'),
        ('inference', 'runs_tokens'),
        ('training_large', 'served'),
        ('training_large', 'wanted'),
        ('training_small', 'served'),
        ('training_small', 'wanted'),
        ('inference', 'served'),
        ('inference', 'wanted')
    ) as parts (workload_id, component)
)

select
    points.quarter_start,
    points.region_id,
    points.workload_id,
    points.component,
    workloads.yardstick,
    points.is_nowcast,
    points.points,
    points.central,
from points
inner join workloads on points.workload_id = workloads.workload_id
left join parts
    on
        points.workload_id = parts.workload_id
        and points.component = parts.component
where
    parts.component is not null
    or points.points is not null
