-- The outlook by world, quarter, region and measure: points over the draws under what limits deliveries, of
-- the rule of the record alone and of the simple rule beside it, and the record of the rule at that
-- distance from the last count. The last two are told once: they know of no other world.
{% set yardsticks = ['8bit', 'training', 'inference'] %}
with measures as (
    select * from {{ ref('int_outlook__measures') }}
    where draw > 0
),

quarters as (
    select * from {{ ref('int_outlook__quarters') }}
),

records as (
    select * from {{ ref('int_outlook__records') }}
),

known as (
    select max(known_on) as known_to
    from (
        select max(known_on) as known_on from {{ ref('int_shipments__versions') }}
        union all
        select max(known_on) as known_on from {{ ref('int_shipments__vendor_revenue') }}
        union all
        select max(known_on) as known_on from {{ ref('int_outlook__packaging_growth') }}
    )
),

worlds as (
    select * from {{ ref('int_outlook__worlds') }}
),

supplied as (
    select
        path_id,
        quarter_start,
        region_id,
        unnest([
            {%- for yardstick in yardsticks %}
            {%- for measure in ['delivered', 'nominal', 'deployed', 'powered'] %}
            {
                'measure': '{{ measure }}',
                'yardstick': '{{ yardstick }}',
                'values': {{ outlook_points(measure ~ '_' ~ yardstick) }}
            },
            {%- endfor %}
            {%- endfor %}
            {%- for measure in ['needed_it_power', 'live_it_power'] %}
            {
                'measure': '{{ measure }}',
                'yardstick': 'it_power',
                'values': {{ outlook_points(measure) }}
            },
            {%- endfor %}
        ]) as told,
    from measures
    group by path_id, quarter_start, region_id
),

points as (
    select
        path_id,
        quarter_start,
        region_id,
        'all' as workload_id,
        told.measure,
        told.yardstick,
        case when told.yardstick = 'it_power' then 'mw' else 'h100e' end as unit,
        told.values as told_values,
        null::double as middle_log_width,
        null::double as probability_tight,
    from supplied

    union all

    select * from {{ ref('int_outlook__tightness') }}
),

-- other worlds are told by the yardstick of the record, and by power
ours as (
    select
        worlds.scenario_id,
        worlds.growth_scenario_id,
        points.*,
    from points
    inner join worlds on points.path_id = worlds.world_id
    where
        worlds.world_id = 'expected'
        or points.yardstick not in ('training', 'inference')
)

select
    ours.scenario_id,
    ours.growth_scenario_id,
    ours.quarter_start,
    ours.region_id,
    ours.workload_id,
    'all' as access,
    ours.measure,
    ours.yardstick,
    ours.unit,
    ours.told_values.p05 as value_p05,
    ours.told_values.p25 as value_p25,
    ours.told_values.p50 as value_p50,
    ours.told_values.p75 as value_p75,
    ours.told_values.p95 as value_p95,
    orders.told_values.p05 as orders_p05,
    orders.told_values.p50 as orders_p50,
    orders.told_values.p95 as orders_p95,
    simple.told_values.p05 as rule_p05,
    simple.told_values.p50 as rule_p50,
    simple.told_values.p95 as rule_p95,
    records.cases as record_cases,
    records.coverage_90 as record_coverage_90,
    records.skill as record_skill,
    records.skill_over_rule as record_skill_over_rule,
    quarters.last_counted_quarter as origin_quarter,
    known.known_to,
    quarters.quarters_ahead,
    quarters.quarters_after_last_count,
    case
        when ours.middle_log_width > {{ var('outlook_informative_log_width') }} then 'too_wide_to_tell'
        when
            abs(ours.probability_tight - 0.5) < {{ var('outlook_informative_probability_distance') }}
            then 'near_even_odds'
        when ours.told_values.p95 > {{ var('printable_ratio') }} * ours.told_values.p05
            then 'wider_than_print'
    end as uninformative_reason,
from ours
inner join points as orders
    on
        orders.path_id = 'orders'
        and ours.quarter_start = orders.quarter_start
        and ours.region_id = orders.region_id
        and ours.workload_id = orders.workload_id
        and ours.measure = orders.measure
        and ours.yardstick = orders.yardstick
inner join points as simple
    on
        simple.path_id = 'mean_growth'
        and ours.quarter_start = simple.quarter_start
        and ours.region_id = simple.region_id
        and ours.workload_id = simple.workload_id
        and ours.measure = simple.measure
        and ours.yardstick = simple.yardstick
inner join quarters on ours.quarter_start = quarters.quarter_start
cross join known
left join records
    on
        ours.measure = records.measure
        and ours.region_id = records.region_id
        and ours.yardstick = '8bit'
        -- China ahead is judged piece by piece, which has no record; nor has any world beside the expected
        and ours.region_id <> 'CN'
        and ours.scenario_id = 'baseline'
        and ours.growth_scenario_id = 'expected'
        and quarters.quarters_after_last_count = records.quarters_ahead
