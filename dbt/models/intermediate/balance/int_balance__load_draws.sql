-- Load by region, on every draw, scenario and access: the needs of all workloads over the stock.
-- The load of the world is the mean of its regions by stock, with no chip moved between them.
with needs as (
    select * from {{ ref('int_balance__needs') }}
),

region_count as (
    select count(distinct region_id) as regions
    from needs
)

select
    scenario_id,
    quarter_start,
    region_id,
    access,
    draw,
    load_served,
    load_wanted,
    is_feasible,
from needs

union all

select
    needs.scenario_id,
    needs.quarter_start,
    'WORLD' as region_id,
    needs.access,
    needs.draw,
    case
        when count(needs.load_served) = any_value(region_count.regions)
            then {{ exact_sum('needs.load_served * needs.stock') }} / {{ exact_sum('needs.stock') }}
    end as load_served,
    case
        when count(needs.load_wanted) = any_value(region_count.regions)
            then {{ exact_sum('needs.load_wanted * needs.stock') }} / {{ exact_sum('needs.stock') }}
    end as load_wanted,
    bool_and(needs.is_feasible) as is_feasible,
from needs
cross join region_count
group by needs.scenario_id, needs.quarter_start, needs.access, needs.draw
