with rule_sets as (
    select * from {{ ref('int_policy__rule_sets') }}
),

region_regimes as (
    select * from {{ ref('int_policy__region_regimes') }}
)

select
    rule_sets.scenario_id,
    region_regimes.region_id,
    region_regimes.valid_from,
    region_regimes.valid_to,
    region_regimes.policy_regime,
    region_regimes.policy_ids,
from region_regimes
inner join rule_sets using (rule_set_id)
