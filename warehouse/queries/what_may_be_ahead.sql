-- What may stand in each region at the end of the quarters ahead?
-- Beside it stands the simple rule, and how often the interval has held at that distance (overlapping cases of one boom,
-- in hindsight).
select
    region_id,
    quarter_start,
    value_p05,
    value_p50,
    value_p95,
    rule_p50 as simple_rule_p50,
    record_cases,
    record_coverage_90,
    record_skill,
from marts.fct_outlook
where scenario_id = 'baseline' and growth_scenario_id = 'expected' and measure = 'deployed' and yardstick = '8bit'
order by region_id, quarter_start
