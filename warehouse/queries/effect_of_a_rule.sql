-- What did the rule of October 2023 do to compute in China, by number of chips and by what they can
-- do? (thousand H100 equivalents; actual less what would have come)
select
    quarter_start,
    workload_id,
    effect,
    deployed_h100e_p50 / 1e3 as deployed_thousand,
    h100e_p05 / 1e3 as usable_low,
    h100e_p50 / 1e3 as usable_thousand,
    h100e_p95 / 1e3 as usable_high,
    is_nowcast,
from marts.fct_policy_impact
where scenario_id = 'no-2023-10-rule' and region_id = 'CN' and quarter_start >= date '2023-10-01'
order by quarter_start, workload_id, effect;
