-- A difference of two amounts that are equal is zero: the last digits of a double are no gap.
{{ config(severity='error') }}

select
    'fct_compute_balance' as mart,
    quarter_start,
    region_id,
    workload_id,
    scenario_id,
    greatest(abs(gap_h100e_p05), abs(gap_h100e_p50), abs(gap_h100e_p95)) as largest,
from {{ ref('fct_compute_balance') }}
where
    abs(gap_h100e_p05) between 1e-300 and 1e-9 * supply_h100e_p50
    or abs(gap_h100e_p50) between 1e-300 and 1e-9 * supply_h100e_p50
    or abs(gap_h100e_p95) between 1e-300 and 1e-9 * supply_h100e_p50

union all

select
    'fct_policy_impact' as mart,
    quarter_start,
    region_id,
    workload_id,
    scenario_id,
    greatest(abs(supply_h100e_p05), abs(supply_h100e_p50), abs(supply_h100e_p95)) as largest,
from {{ ref('fct_policy_impact') }}
where
    abs(supply_h100e_p05) between 1e-300 and 1e-7
    or abs(supply_h100e_p50) between 1e-300 and 1e-7
    or abs(supply_h100e_p95) between 1e-300 and 1e-7
    or abs(gap_h100e_p05) between 1e-300 and 1e-7
    or abs(gap_h100e_p50) between 1e-300 and 1e-7
    or abs(gap_h100e_p95) between 1e-300 and 1e-7
