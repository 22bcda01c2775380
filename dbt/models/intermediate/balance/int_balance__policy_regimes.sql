-- The policy regime of a region at the end of a quarter, by scenario.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

rule_sets as (
    select * from {{ ref('int_policy__rule_sets') }}
),

region_regimes as (
    select * from {{ ref('int_policy__region_regimes') }}
)

select
    rule_sets.scenario_id,
    quarters.quarter_start,
    region_regimes.region_id,
    region_regimes.policy_regime,
from rule_sets
inner join region_regimes on rule_sets.rule_set_id = region_regimes.rule_set_id
inner join quarters
    on
        region_regimes.valid_from <= quarters.quarter_end
        and coalesce(region_regimes.valid_to > quarters.quarter_end, true)
