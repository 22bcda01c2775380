-- Chips that the rules cannot tell apart: every deciding condition comes out the same (unknown
-- where the other is unknown), and the same rows name them. A class is called by its first chip.
with chip_conditions as (
    select * from {{ ref('int_policy__chip_conditions') }}
),

chip_specs as (
    select * from {{ ref('stg_chip_specs__chip_specs') }}
),

chip_namings as (
    select * from {{ ref('int_policy__chip_namings') }}
),

rule_book as (
    select * from {{ ref('int_policy__rule_book') }}
),

deciding_conditions as (
    select
        metric,
        operator,
        threshold,
    from rule_book
    where
        role in ('clause', 'removal', 'refinement')
        and metric is not null
    group by metric, operator, threshold
),

condition_results as (
    select
        chip_id,
        string_agg(
            coalesce(cast(is_met as varchar), 'unknown'), ',' order by metric, operator, threshold
        ) as results,
    from chip_conditions
    inner join deciding_conditions using (metric, operator, threshold)
    group by chip_id
),

names as (
    select
        chip_id,
        string_agg(rule_row_id, ',' order by rule_row_id) as rule_row_ids,
    from chip_namings
    where role not in ('restriction', 'guidance')
    group by chip_id
)

select
    chip_specs.chip_id,
    min(chip_specs.chip_id) over (partition by results, rule_row_ids) as chip_class_id,
from chip_specs
left join condition_results using (chip_id)
left join names using (chip_id)
