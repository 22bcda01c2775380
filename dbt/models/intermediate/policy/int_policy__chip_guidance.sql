-- Guidance that names a chip and binds nobody, in intervals that tile the horizon for every chip that
-- any such row ever names, by rule set.
with rules as (
    select * from {{ ref('int_policy__rules_by_scenario') }}
),

rule_sets as (
    select * from {{ ref('int_policy__rule_sets') }}
),

chip_namings as (
    select * from {{ ref('int_policy__chip_namings') }}
),

-- a set is read off the scenario that it is called by
guidance as (
    select
        rule_sets.rule_set_id,
        chip_namings.chip_id,
        concat(rules.treatment, ':', rules.policy_id) as guidance,
        greatest(rules.valid_from, date '{{ var("horizon_start") }}') as valid_from,
        rules.valid_to,
    from rules
    inner join rule_sets on rules.scenario_id = rule_sets.scenario_id
    inner join chip_namings using (rule_row_id)
    where
        rules.role = 'guidance'
        and rule_sets.scenario_id = rule_sets.rule_set_id
),

cut_days as (
    select rule_set_id, chip_id, date '{{ var("horizon_start") }}' as valid_from from guidance
    union
    select rule_set_id, chip_id, valid_from from guidance
    union
    select rule_set_id, chip_id, valid_to from guidance where valid_to is not null
),

periods as (
    select
        rule_set_id,
        chip_id,
        valid_from,
        lead(valid_from) over (partition by rule_set_id, chip_id order by valid_from) as valid_to,
    from cut_days
)

select
    periods.rule_set_id,
    periods.chip_id,
    periods.valid_from,
    periods.valid_to,
    string_agg(guidance.guidance, ',' order by guidance.guidance) as guidance,
from periods
left join guidance
    on
        periods.rule_set_id = guidance.rule_set_id
        and periods.chip_id = guidance.chip_id
        and periods.valid_from >= guidance.valid_from
        and (guidance.valid_to is null or periods.valid_from < guidance.valid_to)
group by periods.rule_set_id, periods.chip_id, periods.valid_from, periods.valid_to
