-- Claims on what replaces what, and on how far domestic chips are behind.
with substitution as (
    select * from {{ ref('int_supply__substitution') }}
),

arrivals as (
    select * from {{ ref('int_claims__arrivals') }} where draw = 0 and units > 0
),

chip_draws as (
    select * from {{ ref('int_supply__chip_draws') }}
),

moments as (
    select * from {{ ref('int_claims__moments') }}
),

-- ratios of chips do not change with the quarter
replaced as (
    select
        tests.test_id,
        {{ ends_of_points('substitution.cards_points') }} as then_points,
        then_points as latest_points,
        then_points as test_points,
        'basis ' || substitution.basis || '; by peak rates '
        || {{ shown_number('substitution.cards_per_100_peak') }} as detail,
    from (values
        ('seed-23a', 'nvidia-a800', 'nvidia-h20', 'training_large'),
        ('seed-23b', 'nvidia-h800', 'nvidia-h20', 'training_large'),
        ('seed-29a', 'nvidia-a800', 'huawei-ascend-910b', 'inference'),
        ('seed-29b', 'nvidia-h20', 'huawei-ascend-910c', 'inference')
    ) as tests (test_id, from_chip_id, to_chip_id, workload_id)
    inner join substitution using (from_chip_id, to_chip_id, workload_id)
),

-- the best chip of the year to either quarter, by its central ratio
best as (
    select
        moments.moment,
        case
            when arrivals.region_id = 'US' then 'US' else arrivals.origin
        end as side,
        arg_max(arrivals.chip_id, (chip_draws.h100e_training, arrivals.chip_id)) as chip_id,
    from moments
    inner join arrivals
        on
            arrivals.quarter_start > moments.quarter_start - interval 1 year
            and arrivals.quarter_start <= moments.quarter_start
    inner join chip_draws
        on
            arrivals.chip_id = chip_draws.chip_id
            and chip_draws.draw = 0
    where
        arrivals.region_id = 'US'
        or (arrivals.region_id = 'CN' and arrivals.origin in ('domestic', 'foreign'))
    group by all
),

gaps as (
    select
        case foreign_best.side when 'US' then 'seed-25a' else 'seed-25b' end as test_id,
        domestic_best.moment,
        domestic_draws.draw,
        domestic_draws.h100e_training / foreign_draws.h100e_training as ratio,
        domestic_best.chip_id || ' against ' || foreign_best.chip_id as compared,
    from best as domestic_best
    inner join best as foreign_best
        on
            domestic_best.moment = foreign_best.moment
            and foreign_best.side <> 'domestic'
    inner join chip_draws as domestic_draws on domestic_best.chip_id = domestic_draws.chip_id
    inner join chip_draws as foreign_draws
        on
            foreign_best.chip_id = foreign_draws.chip_id
            and domestic_draws.draw = foreign_draws.draw
    where domestic_best.side = 'domestic'
),

gap_draws as (
    select
        test_id,
        draw,
        max(ratio) filter (where moment = 'then') as then_value,
        max(ratio) filter (where moment = 'latest') as latest_value,
        max(compared) filter (where moment = 'then') as then_compared,
        max(compared) filter (where moment = 'latest') as latest_compared,
    from gaps
    group by test_id, draw
),

closing_gaps as (
    select
        test_id,
        {{ quantile_ends('then_value') }} as then_points,
        {{ quantile_ends('latest_value') }} as latest_points,
        {{ quantile_ends('latest_value / then_value') }} as test_points,
        coalesce(max(then_compared), 'none') || ' then, ' || coalesce(max(latest_compared), 'none')
        || ' latest' as detail,
    from gap_draws
    group by test_id
)

select * from replaced
union all
select * from closing_gaps
