-- The outlook by quarter, region and measure: points of our rule over the draws, of the simple rule
-- beside it, and the record of ours at that distance from the last count.
with measures as (
    select * from {{ ref('int_outlook__measures') }}

    union all by name

    select * from {{ ref('int_outlook__bounded_deliveries') }}
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

points as (
    select
        measure,
        yardstick,
        quarter_start,
        region_id,
        {{ outlook_points('amount', "rule = 'outlook'") }} as value_points,
        {{ quantile_points('amount', "rule = 'mean_growth'") }} as rule_points,
    from measures
    where draw > 0
    group by measure, yardstick, quarter_start, region_id
)

select
    'baseline' as scenario_id,
    'expected' as growth_scenario_id,
    points.quarter_start,
    points.region_id,
    'all' as workload_id,
    'all' as access,
    points.measure,
    points.yardstick,
    case when points.yardstick = 'it_power' then 'mw' else 'h100e' end as unit,
    points.value_points.p05 as value_p05,
    points.value_points.p25 as value_p25,
    points.value_points.p50 as value_p50,
    points.value_points.p75 as value_p75,
    points.value_points.p95 as value_p95,
    points.rule_points.p05 as rule_p05,
    points.rule_points.p50 as rule_p50,
    points.rule_points.p95 as rule_p95,
    records.cases as record_cases,
    records.coverage_90 as record_coverage_90,
    records.skill as record_skill,
    records.skill_over_rule as record_skill_over_rule,
    quarters.last_counted_quarter as origin_quarter,
    known.known_to,
    quarters.quarters_ahead,
    quarters.quarters_after_last_count,
    case
        when points.value_points.p95 > {{ var('printable_ratio') }} * points.value_points.p05
            then 'wider_than_print'
    end as uninformative_reason,
from points
inner join quarters on points.quarter_start = quarters.quarter_start
cross join known
left join records
    on
        points.measure = records.measure
        and points.region_id = records.region_id
        and points.yardstick = '8bit'
        -- China ahead is judged piece by piece, which has no record
        and points.region_id <> 'CN'
        and quarters.quarters_after_last_count = records.quarters_ahead
