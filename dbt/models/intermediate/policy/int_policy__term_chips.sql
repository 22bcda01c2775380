-- Which chips bear a term beside the licence, in half-open intervals: those that meet its clause, the
-- one that it names, or those that its item answers for at its destination, in what happened.
with terms as (
    select * from {{ ref('stg_export_controls__policy_terms') }}
),

policies as (
    select * from {{ ref('int_policy__policies') }}
),

rule_book as (
    select * from {{ ref('int_policy__rule_book') }}
),

chip_conditions as (
    select * from {{ ref('int_policy__chip_conditions') }}
),

status_by_chip as (
    select * from {{ ref('int_policy__status_by_chip') }}
),

chip_answers as (
    select * from {{ ref('int_policy__chip_answers') }}
),

licence_timelines as (
    select * from {{ ref('int_policy__licence_timelines') }}
),

destination_classes as (
    select * from {{ ref('int_policy__destination_classes') }}
),

rule_sets as (
    select * from {{ ref('int_policy__rule_sets') }}
),

-- an end counts once its act is known
dated_terms as (
    select
        terms.* exclude (valid_to),
        case
            when terms.ended_by is null or enders.policy_id is not null
                then cast(terms.valid_to + interval '1' day as date)
        end as valid_to,
    from terms
    left join policies as enders on terms.ended_by = enders.policy_id
),

by_clause as (
    select
        dated_terms.term_id,
        chip_conditions.chip_id,
        dated_terms.valid_from,
        dated_terms.valid_to,
        count(chip_conditions.is_met) = count(*) as is_certain,
    from dated_terms
    inner join rule_book
        on
            dated_terms.clause_id = rule_book.clause_id
            and rule_book.role = 'flag'
    inner join chip_conditions
        on
            rule_book.metric = chip_conditions.metric
            and rule_book.operator = chip_conditions.operator
            and rule_book.threshold = chip_conditions.threshold
    group by
        dated_terms.term_id, chip_conditions.chip_id, dated_terms.valid_from, dated_terms.valid_to
    having bool_and(coalesce(chip_conditions.is_met, true))
),

by_name as (
    select
        term_id,
        chip_id,
        valid_from,
        valid_to,
        true as is_certain,
    from dated_terms
    where chip_id is not null
),

answers as (
    select
        status_by_chip.chip_id,
        destination_classes.country_code as destination_country,
        chip_answers.control_item,
        status_by_chip.valid_from,
        status_by_chip.valid_to,
    from status_by_chip
    inner join rule_sets
        on
            status_by_chip.rule_set_id = rule_sets.rule_set_id
            and rule_sets.scenario_id = 'baseline'
    inner join licence_timelines
        on
            status_by_chip.rule_set_id = licence_timelines.rule_set_id
            and status_by_chip.licence_timeline_id = licence_timelines.licence_timeline_id
            and licence_timelines.buyer_headquarters = 'local'
    inner join destination_classes
        on licence_timelines.destination_class_id = destination_classes.destination_class_id
    inner join chip_answers
        on
            status_by_chip.chip_id = chip_answers.chip_id
            and status_by_chip.answer_number = chip_answers.answer_number
            and chip_answers.answer_id = chip_answers.chip_answer_id
    where status_by_chip.transaction = 'export'
),

-- neighbouring answers by one item are one stretch
by_item as (
    select
        dated_terms.term_id,
        answers.chip_id,
        greatest(min(answers.valid_from), dated_terms.valid_from) as valid_from,
        least(
            case when bool_or(answers.valid_to is null) then null else max(answers.valid_to) end,
            dated_terms.valid_to
        ) as valid_to,
        true as is_certain,
    from dated_terms
    inner join answers
        on
            dated_terms.control_item = answers.control_item
            and dated_terms.destination_group = answers.destination_country
            and (dated_terms.valid_to is null or answers.valid_from < dated_terms.valid_to)
            and (answers.valid_to is null or answers.valid_to > dated_terms.valid_from)
    group by
        dated_terms.term_id, answers.chip_id, dated_terms.valid_from, dated_terms.valid_to
)

select * from by_clause
union all by name
select * from by_name
union all by name
select * from by_item
