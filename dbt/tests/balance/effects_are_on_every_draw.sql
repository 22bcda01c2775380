-- A draw without an effect would count as no draw in the quantiles: all rows of a scenario, quarter
-- and region have as many draws as the build, and no piece of it is unknown.
with draws as (
    select count(*) as draws from {{ ref('int_inputs__draws') }}
),

found as (
    select
        scenario_id,
        effect,
        quarter_start,
        region_id,
        count(*) as found,
        count(deployed_training + usable_large + usable_inference + merchant_potential_large)
            as known,
    from {{ ref('int_balance__supply_effects') }}
    group by scenario_id, effect, quarter_start, region_id
)

select found.*
from found
cross join draws
where
    found.found <> draws.draws
    or found.known <> draws.draws
