-- How many cards of one chip replace 100 of another, for all pairs of chips that the balance counts
-- and all pairs with published evidence: from the chips' equivalents on every draw, from a
-- measurement of the pair itself where there is one, and beside both what peak rates and public
-- statements say.
with chip_draws as (
    select * from {{ ref('int_supply__chip_draws') }}
),

substitution_pairs as (
    select * from {{ ref('int_supply__substitution_pairs') }}
),

equivalents as (
    select * from {{ ref('int_reference__chip_equivalents') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

workloads as (
    select * from {{ ref('int_reference__workloads') }}
),

flows as (
    select * from {{ ref('int_supply__owner_type_arrivals') }}
),

opening_stock as (
    select * from {{ ref('int_supply__opening_stock') }}
),

counted_chips as (
    select chip_id from flows where draw = 0
    union
    select chip_id from opening_stock where draw = 0
),

pairs as (
    select
        origins.chip_id as from_chip_id,
        targets.chip_id as to_chip_id,
    from counted_chips as origins
    inner join counted_chips as targets on origins.chip_id <> targets.chip_id
    union
    select
        from_chip_id,
        to_chip_id,
    from substitution_pairs
),

-- both kinds of training share a yardstick, so two ratios a pair suffice
ratios as (
    select
        pairs.from_chip_id,
        pairs.to_chip_id,
        {{ quantile_points(
            '100 * origin_draws.h100e_training / target_draws.h100e_training',
            where='origin_draws.draw > 0'
        ) }} as training_points,
        {{ quantile_points(
            '100 * origin_draws.h100e_inference / target_draws.h100e_inference',
            where='origin_draws.draw > 0'
        ) }} as inference_points,
    from pairs
    inner join chip_draws as origin_draws on pairs.from_chip_id = origin_draws.chip_id
    inner join chip_draws as target_draws
        on
            pairs.to_chip_id = target_draws.chip_id
            and origin_draws.draw = target_draws.draw
    group by pairs.from_chip_id, pairs.to_chip_id
),

-- the weaker basis of the two chips, peak before judged before measured
bases as (
    select
        pairs.from_chip_id,
        pairs.to_chip_id,
        case
            when 'peak' in (origins.equivalence_basis, targets.equivalence_basis) then 'peak'
            when 'judged' in (origins.equivalence_basis, targets.equivalence_basis) then 'judged'
            else 'equivalents'
        end as basis,
        100 * origin_chips.dense_fp16_tflops / target_chips.dense_fp16_tflops
            as cards_per_100_peak,
    from pairs
    left join equivalents as origins on pairs.from_chip_id = origins.chip_id
    left join equivalents as targets on pairs.to_chip_id = targets.chip_id
    left join chips as origin_chips on pairs.from_chip_id = origin_chips.chip_id
    left join chips as target_chips on pairs.to_chip_id = target_chips.chip_id
),

published as (
    select
        from_chip_id,
        to_chip_id,
        workload_id,
        max(cards_low) filter (where evidence = 'measured') as measured_low,
        max(cards_central) filter (where evidence = 'measured') as measured_central,
        max(cards_high) filter (where evidence = 'measured') as measured_high,
        max(cards_low) filter (where evidence = 'stated') as stated_low,
        max(cards_central) filter (where evidence = 'stated') as stated_central,
        max(cards_high) filter (where evidence = 'stated') as stated_high,
    from substitution_pairs
    group by from_chip_id, to_chip_id, workload_id
),

combined as (
    select
        pairs.from_chip_id,
        pairs.to_chip_id,
        workloads.workload_id,
        case
            when workloads.yardstick = 'training' then ratios.training_points
            else ratios.inference_points
        end as equivalent_points,
        bases.basis,
        bases.cards_per_100_peak,
        published.measured_low,
        published.measured_central,
        published.measured_high,
        published.stated_low,
        published.stated_central,
        published.stated_high,
    from pairs
    cross join workloads
    inner join bases
        on
            pairs.from_chip_id = bases.from_chip_id
            and pairs.to_chip_id = bases.to_chip_id
    left join ratios
        on
            pairs.from_chip_id = ratios.from_chip_id
            and pairs.to_chip_id = ratios.to_chip_id
    left join published
        on
            pairs.from_chip_id = published.from_chip_id
            and pairs.to_chip_id = published.to_chip_id
            and workloads.workload_id = published.workload_id
)

-- a pair of which nothing is known for a kind of work is no row
select
    from_chip_id,
    to_chip_id,
    workload_id,
    case
        when measured_central is not null
            then {{ named_points('measured_low', 'measured_central', 'measured_high') }}
        when equivalent_points.p50 is not null then equivalent_points
        else {{ named_points('stated_low', 'stated_central', 'stated_high') }}
    end as cards_points,
    case
        when measured_central is not null then 'measured'
        when equivalent_points.p50 is not null then basis
        else 'stated'
    end as basis,
    equivalent_points,
    cards_per_100_peak,
    stated_low,
    stated_central,
    stated_high,
from combined
where
    measured_central is not null
    or equivalent_points.p50 is not null
    or stated_central is not null
