-- Rents ahead by chip and quarter, by the rule that beat "no change" in the record of the chip at that
-- distance, else by no change; with cases and scores of both.
with points as (
    select * from {{ ref('int_outlook__rent_points') }}
),

scored as (
    select
        chip_id,
        rule,
        quarters_ahead,
        count(*) as cases,
        avg((truth_usd between usd_p05 * (1 - 1e-9) and usd_p95 * (1 + 1e-9))::integer) as coverage_90,
        avg(crps_log order by origin_quarter) as crps_log,
    from points
    where truth_usd is not null
    group by chip_id, rule, quarters_ahead
),

records as (
    select
        ours.chip_id,
        ours.quarters_ahead,
        ours.cases,
        ours.coverage_90,
        ours.crps_log,
        simple.coverage_90 as no_change_coverage_90,
        simple.crps_log as no_change_crps_log,
        1 - ours.crps_log / simple.crps_log as skill,
    from scored as ours
    inner join scored as simple
        on
            ours.chip_id = simple.chip_id
            and ours.quarters_ahead = simple.quarters_ahead
    where
        ours.rule = 'reversion'
        and simple.rule = 'no_change'
        and ours.cases >= {{ var('outlook_rent_cases') }}
)

select
    points.chip_id,
    'US' as region_id,
    points.quarter_start,
    points.rule,
    {%- for point in ['usd_p05', 'usd_p50', 'usd_p95'] %}
    {{ significant('points.' ~ point) }} as {{ point.replace('usd', 'usd_per_gpu_hour') }},
    {%- endfor %}
    {{ significant('simple.usd_p50') }} as no_change_usd_per_gpu_hour,
    records.cases as record_cases,
    round(records.coverage_90, 4) as record_coverage_90,
    round(records.crps_log, 6) as record_crps_log,
    round(records.no_change_crps_log, 6) as no_change_crps_log,
    round(records.skill, 4) as record_skill,
    points.quarters_ahead::bigint as quarters_ahead,
    points.origin_quarter,
    points.known_to,
    'inferred' as confidence,
from points
inner join points as simple
    on
        points.chip_id = simple.chip_id
        and points.origin_quarter = simple.origin_quarter
        and points.quarters_ahead = simple.quarters_ahead
        and simple.rule = 'no_change'
inner join records
    on
        points.chip_id = records.chip_id
        and points.quarters_ahead = records.quarters_ahead
where
    points.is_present
    and points.rule = case when records.skill > 0 then 'reversion' else 'no_change' end
