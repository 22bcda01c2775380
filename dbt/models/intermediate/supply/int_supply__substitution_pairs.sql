-- Published ratios of work between two chips by kind of evidence, in cards per 100. Several results
-- of one pair are condensed to their middle and their outer points, because a single slow
-- submission may sit at either end; kinds of evidence are never mixed.
with substitution_ratios as (
    select * from {{ ref('stg_substitution_ratios__substitution_ratios') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
)

select
    origins.chip_id as from_chip_id,
    targets.chip_id as to_chip_id,
    substitution_ratios.workload_id,
    case
        when substitution_ratios.basis in ('mlperf', 'measured_throughput') then 'measured'
        when substitution_ratios.basis = 'statement' then 'stated'
        else 'peak'
    end as evidence,
    count(*) as readings,
    100 * quantile_cont(substitution_ratios.ratio_low, 0.05) as cards_low,
    100 * quantile_cont(substitution_ratios.ratio_central, 0.5) as cards_central,
    100 * quantile_cont(substitution_ratios.ratio_high, 0.95) as cards_high,
    max(substitution_ratios.on_date) as latest_on,
from substitution_ratios
inner join chip_ids as origins on substitution_ratios.from_chip_label = origins.label
inner join chip_ids as targets on substitution_ratios.to_chip_label = targets.label
-- two labels of one chip are no pair
where origins.chip_id <> targets.chip_id
group by all
