-- Points of demand, load and tightness by path, region (and over the world) and quarter, with the width of
-- the middle half of tightness and the probability that more is wanted than there is. Demand is counted in
-- H100 that are always busy, load and coverage over the powered stock.
with loads as (
    select * from {{ ref('int_outlook__loads') }}
),

needs as (
    select * from {{ ref('int_outlook__needs') }}
),

quarters as (
    select * from {{ ref('int_outlook__quarters') }}
    where quarters_ahead = 0
),

last_service as (
    select
        service.region_id,
        service.workload_id,
        service.draw,
        service.wanted,
    from {{ ref('int_demand__regional_service') }} as service
    inner join quarters on service.quarter_start = quarters.quarter_start
),

last_stock as (
    select
        region_supply.region_id,
        region_supply.draw,
        region_supply.powered_inference as stock,
    from {{ ref('int_supply__region_supply') }} as region_supply
    inner join quarters on region_supply.quarter_start = quarters.quarter_start
    where region_supply.scenario_id = 'baseline'
),

-- work grows with its part of the need, the load and the stock
work as (
    select
        needs.path_id,
        needs.quarter_start,
        needs.region_id,
        needs.workload_id,
        needs.draw,
        exp(needs.log_need - loads.log_need) * loads.load_served * loads.stock_ratio
        * loads.wanted_factor as wanted_share,
    from needs
    inner join loads
        on
            needs.path_id = loads.path_id
            and needs.quarter_start = loads.quarter_start
            and needs.region_id = loads.region_id
            and needs.draw = loads.draw
),

demand as (
    select
        work.path_id,
        work.quarter_start,
        work.region_id,
        work.workload_id,
        work.draw,
        last_service.wanted * work.wanted_share / first_value(work.wanted_share) over (
            partition by work.path_id, work.region_id, work.workload_id, work.draw
            order by work.quarter_start
        ) as wanted_h100e,
    from work
    inner join last_service
        on
            work.region_id = last_service.region_id
            and work.workload_id = last_service.workload_id
            and work.draw = last_service.draw
),

all_demand as (
    select * from demand

    union all

    select
        path_id,
        quarter_start,
        'WORLD' as region_id,
        workload_id,
        draw,
        {{ exact_sum('wanted_h100e') }} as wanted_h100e,
    from demand
    group by path_id, quarter_start, workload_id, draw
),

weighed as (
    select
        loads.*,
        last_stock.stock * loads.stock_ratio as stock,
    from loads
    inner join last_stock
        on
            loads.region_id = last_stock.region_id
            and loads.draw = last_stock.draw
),

all_loads as (
    select
        path_id,
        quarter_start,
        region_id,
        draw,
        load_wanted,
    from weighed

    union all

    -- a world of which a region is unknown is unknown
    select
        path_id,
        quarter_start,
        'WORLD' as region_id,
        draw,
        {{ exact_sum('load_wanted * stock') }} / {{ exact_sum('stock') }} as load_wanted,
    from weighed
    group by path_id, quarter_start, draw
    having count(*) = (select count(distinct region_id) from last_stock)
),

tightness as (
    select
        path_id,
        quarter_start,
        region_id,
        quantile_cont(ln(load_wanted), 0.75) - quantile_cont(ln(load_wanted), 0.25)
            as middle_log_width,
        avg((load_wanted > 1)::integer) as probability_tight,
        {{ outlook_points('load_wanted') }} as load_points,
        {{ outlook_points('1 / load_wanted') }} as coverage_points,
    from all_loads
    where draw > 0
    group by path_id, quarter_start, region_id
)

select
    path_id,
    quarter_start,
    region_id,
    workload_id,
    'demand_wanted' as measure,
    'busy' as yardstick,
    'h100e_busy' as unit,
    {{ outlook_points('wanted_h100e') }} as told_values,
    null::double as middle_log_width,
    null::double as probability_tight,
from all_demand
where draw > 0
group by path_id, quarter_start, region_id, workload_id

union all

select
    path_id,
    quarter_start,
    region_id,
    'all' as workload_id,
    unnest(['load_wanted', 'coverage', 'probability_tight']) as measure,
    'stock' as yardstick,
    'ratio' as unit,
    unnest([
        load_points,
        coverage_points,
        {
            'p05': probability_tight, 'p25': probability_tight, 'p50': probability_tight,
            'p75': probability_tight, 'p95': probability_tight
        }
    ]) as told_values,
    middle_log_width,
    probability_tight,
from tightness
