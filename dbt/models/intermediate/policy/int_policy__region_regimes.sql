-- The regime of a region by rule set, neighbours with equal regimes merged. The policy that decides
-- for most data-centre chips gives the regime its name, the latest one of several; a correction that
-- leaves most chips where they were does not. In a region that is called by one of its countries,
-- policies that reach that country come first.
with region_policies as (
    select * from {{ ref('int_policy__region_policies') }}
),

binding_policies as (
    select * from {{ ref('int_policy__binding_policies') }}
),

intervals as (
    select * from {{ ref('int_policy__rule_intervals') }}
),

countries as (
    select * from {{ ref('stg_countries__countries') }}
),

regions as (
    select region_id
    from countries
    group by region_id
    union
    select 'WORLD' as region_id
),

ranked as (
    select
        region_policies.*,
        row_number() over (
            partition by region_policies.rule_set_id, region_policies.region_id, region_policies.valid_from
            order by
                region_policies.reaches_main_country desc,
                coalesce(binding_policies.decided_chips, 0) desc,
                region_policies.in_force_from desc,
                region_policies.policy_id desc
        ) as position,
    from region_policies
    left join binding_policies
        on
            region_policies.rule_set_id = binding_policies.rule_set_id
            and region_policies.region_id = binding_policies.region_id
            and region_policies.valid_from = binding_policies.valid_from
            and region_policies.policy_id = binding_policies.policy_id
),

named as (
    select
        rule_set_id,
        region_id,
        valid_from,
        min(case when position = 1 then policy_id end) as policy_regime,
        string_agg(policy_id, ',' order by position) as policy_ids,
    from ranked
    group by rule_set_id, region_id, valid_from
),

regimes as (
    select
        intervals.rule_set_id,
        regions.region_id,
        intervals.valid_from,
        coalesce(named.policy_regime, 'none') as policy_regime,
        named.policy_ids,
    from intervals
    cross join regions
    left join named
        on
            intervals.rule_set_id = named.rule_set_id
            and regions.region_id = named.region_id
            and intervals.valid_from = named.valid_from
),

changes as (
    select *
    from regimes
    window region as (partition by rule_set_id, region_id order by valid_from)
    qualify
        row_number() over region = 1
        or policy_regime is distinct from lag(policy_regime) over region
        or policy_ids is distinct from lag(policy_ids) over region
)

select
    rule_set_id,
    region_id,
    valid_from,
    lead(valid_from) over (partition by rule_set_id, region_id order by valid_from) as valid_to,
    policy_regime,
    policy_ids,
from changes
