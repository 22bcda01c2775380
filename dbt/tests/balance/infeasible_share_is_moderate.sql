-- Above a quarter of contradictory draws a row deserves a look: there the demand chain overshoots
-- the stock. It is a warning, because the share is the model's honest answer and no fault of a
-- build.
{{ config(severity='warn') }}

select
    quarter_start,
    region_id,
    workload_id,
    access,
    infeasible_share,
    draws_used,
from {{ ref('fct_compute_balance') }}
where
    infeasible_share > 0.25
    -- a scenario has the draws of the baseline
    and scenario_id = 'baseline'
