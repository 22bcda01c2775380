-- Claims on what the rules say.
with rule_sets as (
    select * from {{ ref('int_policy__rule_sets') }} where scenario_id = 'baseline'
),

destination_classes as (
    select * from {{ ref('int_policy__destination_classes') }} where country_code = 'CN'
),

licence_timelines as (
    select * from {{ ref('int_policy__licence_timelines') }} where buyer_headquarters = 'local'
),

status_by_chip as (
    select * from {{ ref('int_policy__status_by_chip') }}
    where chip_id in ('nvidia-a800', 'nvidia-h800') and transaction = 'export'
),

chip_answers as (
    select * from {{ ref('int_policy__chip_answers') }}
    where answer_id = chip_answer_id
),

moments as (
    select * from {{ ref('int_claims__moments') }}
),

denied as (
    select
        moments.moment,
        count(distinct status_by_chip.chip_id) filter (
            where chip_answers.outcome = 'licence_presumption_of_denial'
        )::double as chips,
    from moments
    inner join status_by_chip
        on
            status_by_chip.valid_from <= moments.quarter_end
            and coalesce(status_by_chip.valid_to > moments.quarter_end, true)
    inner join rule_sets on status_by_chip.rule_set_id = rule_sets.rule_set_id
    inner join licence_timelines
        on
            status_by_chip.rule_set_id = licence_timelines.rule_set_id
            and status_by_chip.licence_timeline_id = licence_timelines.licence_timeline_id
    inner join destination_classes
        on licence_timelines.destination_class_id = destination_classes.destination_class_id
    inner join chip_answers
        on
            status_by_chip.chip_id = chip_answers.chip_id
            and status_by_chip.chip_answer_id = chip_answers.answer_id
    group by moments.moment
),

denials as (
    select
        'seed-20b' as test_id,
        max(chips) filter (where moment = 'then') as then_count,
        max(chips) filter (where moment = 'latest') as latest_count,
    from denied
)

select
    test_id,
    {{ ends('then_count', 'then_count', 'then_count') }} as then_points,
    {{ ends('latest_count', 'latest_count', 'latest_count') }} as latest_points,
    {{ ends('then_count', 'then_count', 'then_count') }} as test_points,
    null::varchar as detail,
from denials
