-- Timelines are worked out for rule sets and classes of destinations; here every scenario and
-- country gets its own, and the destination's own restrictions are set beside it.
with rule_sets as (
    select * from {{ ref('int_policy__rule_sets') }}
),

destination_classes as (
    select * from {{ ref('int_policy__destination_classes') }}
),

licence_timelines as (
    select * from {{ ref('int_policy__licence_timelines') }}
),

status_by_chip as (
    select * from {{ ref('int_policy__status_by_chip') }}
),

chip_answers as (
    select * from {{ ref('int_policy__chip_answers') }}
),

restrictions as (
    select * from {{ ref('int_policy__destination_restrictions') }}
),

-- one of the answers that say the same, whichever
answers as (
    select *
    from chip_answers
    where answer_id = chip_answer_id
),

status as (
    select
        rule_sets.scenario_id,
        status_by_chip.chip_id,
        destination_classes.country_code as destination_country,
        licence_timelines.buyer_headquarters,
        status_by_chip.transaction,
        status_by_chip.valid_from,
        status_by_chip.valid_to,
        status_by_chip.chip_answer_id,
    from status_by_chip
    inner join rule_sets using (rule_set_id)
    inner join licence_timelines using (rule_set_id, licence_timeline_id)
    inner join destination_classes using (destination_class_id)
),

-- Few pairs of chip and country are ever restricted; only they are split where a restriction starts
-- or ends. Their restrictions tile the horizon, so nothing of a status is lost.
restricted_status as (
    select
        status.scenario_id,
        status.chip_id,
        status.destination_country,
        status.buyer_headquarters,
        status.transaction,
        greatest(status.valid_from, restrictions.valid_from) as valid_from,
        least(status.valid_to, restrictions.valid_to) as valid_to,
        status.chip_answer_id,
        restrictions.destination_restriction,
    from status
    inner join restrictions
        on
            status.scenario_id = restrictions.scenario_id
            and status.chip_id = restrictions.chip_id
            and status.destination_country = restrictions.country_code
            and status.buyer_headquarters = restrictions.buyer_headquarters
    where
        (restrictions.valid_to is null or status.valid_from < restrictions.valid_to)
        and (status.valid_to is null or restrictions.valid_from < status.valid_to)
),

restricted_pairs as (
    select
        scenario_id,
        chip_id,
        country_code,
        buyer_headquarters,
    from restrictions
    group by scenario_id, chip_id, country_code, buyer_headquarters
),

unrestricted_status as (
    select
        status.*,
        cast(null as varchar) as destination_restriction,
    from status
    left join restricted_pairs
        on
            status.scenario_id = restricted_pairs.scenario_id
            and status.chip_id = restricted_pairs.chip_id
            and status.destination_country = restricted_pairs.country_code
            and status.buyer_headquarters = restricted_pairs.buyer_headquarters
    where restricted_pairs.chip_id is null
),

all_status as (
    select * from restricted_status
    union all
    select
        scenario_id,
        chip_id,
        destination_country,
        buyer_headquarters,
        unrestricted_status.transaction,
        valid_from,
        valid_to,
        chip_answer_id,
        destination_restriction,
    from unrestricted_status
)

select
    all_status.scenario_id,
    all_status.chip_id,
    all_status.destination_country,
    all_status.buyer_headquarters,
    all_status.transaction,
    all_status.valid_from,
    all_status.valid_to,
    answers.outcome,
    answers.control_item,
    answers.clause_id,
    answers.policy_id,
    answers.licence_policy_id,
    answers.licence_review,
    answers.binding_metric,
    answers.binding_value,
    answers.binding_threshold,
    answers.headroom_pct,
    all_status.destination_restriction,
from all_status
inner join answers
    on
        all_status.chip_id = answers.chip_id
        and all_status.chip_answer_id = answers.chip_answer_id
