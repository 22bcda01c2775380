-- How much compute for large training was there in China, against what demand, under which rule?
select
    quarter_start,
    access,
    supply_h100e_p50,
    demand_h100e_p50,
    coverage_p50,
    shortage_probability,
    policy_regime,
from marts.fct_compute_balance
where region_id = 'CN' and workload_id = 'training_large' and scenario_id = 'baseline'
order by quarter_start, access;
