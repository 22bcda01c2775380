-- Claims on chips: what replaces what, how far domestic ones are behind, which arrive and when they
-- were released.
with substitution as (
    select * from {{ ref('int_supply__substitution') }}
),

arrivals as (
    select * from {{ ref('int_supply__arrivals') }}
    -- judged pieces alone are no deliveries
    where
        draw = 0
        and units > 0
        and exists (select 1 from {{ ref('int_shipments__vendor_coverage') }})
),

chip_draws as (
    select * from {{ ref('int_supply__chip_draws') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

chip_specs as (
    select * from {{ ref('stg_chip_specs__chip_specs') }}
),

chip_shipments as (
    select * from {{ ref('int_shipments__chip_shipments') }} where owner = 'China'
),

claim_tests as (
    select * from {{ ref('stg_seed_claims__claim_tests') }}
),

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

-- ratios of chips do not change with the quarter
replaced as (
    select
        tests.test_id,
        substitution.cards_points as then_points,
        substitution.cards_points as latest_points,
        substitution.cards_points as test_points,
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

moments as (
    select
        'then' as moment,
        then_quarter as quarter_start,
    from claim_quarters
    union all
    select
        'latest' as moment,
        latest_quarter as quarter_start,
    from claim_quarters
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
        {{ quantile_points('then_value') }} as then_points,
        {{ quantile_points('latest_value') }} as latest_points,
        {{ quantile_points('latest_value / then_value') }} as test_points,
        coalesce(max(then_compared), 'none') || ' then, ' || coalesce(max(latest_compared), 'none')
        || ' latest' as detail,
    from gap_draws
    group by test_id
),

first_arrivals as (
    select
        chip_id,
        min(quarter_start) as first_quarter,
    from arrivals
    where region_id = 'CN'
    group by chip_id
),

new_kinds as (
    select
        'seed-06b' as test_id,
        list_value(1, 1, 1)::double[] as ones,
        count(*) filter (where first_quarter <= then_quarter) as kinds_then,
        count(*) as kinds_latest,
        count(*) filter (where first_quarter > then_quarter) as kinds_new,
        string_agg(chip_id, ', ' order by chip_id) filter (where first_quarter > then_quarter)
            as chip_ids,
    from first_arrivals
    cross join claim_quarters
    having max(claim_quarters.latest_quarter) is not null
),

-- NULL where the estimator shows no chip for China at all, so that a gap is no zero
shipped as (
    select
        chip_shipments.quarter_start,
        claim_tests.test_id,
        case claim_tests.test_id
            when 'seed-20a' then chip_shipments.chip_id in ('nvidia-a800', 'nvidia-h800')
            else chip_shipments.chip_id = 'nvidia-h20'
        end as is_meant,
        chip_shipments.quarter_start between claim_tests.judged_from and claim_tests.judged_to
            as is_judged,
        chip_shipments.quarter_start = claim_quarters.then_quarter as is_then,
        chip_shipments.quarter_start = max(chip_shipments.quarter_start) over () as is_latest,
        [chip_shipments.units_p05, chip_shipments.units_p50, chip_shipments.units_p95] as units,
    from chip_shipments
    cross join claim_quarters
    inner join claim_tests on claim_tests.test_id in ('seed-20a', 'seed-21a')
),

shipped_sums as (
    select
        test_id,
        {%- for moment in ['then', 'latest', 'judged'] %}
        {%- for point in [1, 2, 3] %}
        {{ ordered_sum('case when is_' ~ moment ~ ' and is_meant then units[' ~ point ~ '] end') }}
            as {{ moment }}_meant_{{ point }},
        {%- endfor %}
        {{ ordered_sum('case when is_' ~ moment ~ ' then units[2] end') }} as {{ moment }}_all,
        {%- endfor %}
    from shipped
    group by test_id
),

deliveries as (
    select
        test_id,
        {%- for moment in ['then', 'latest', 'judged'] %}
        case
            when {{ moment }}_all is null then null
            when test_id = 'seed-21a' then [
                coalesce({{ moment }}_meant_1, 0),
                coalesce({{ moment }}_meant_2, 0),
                coalesce({{ moment }}_meant_3, 0)
            ]
            else [
                coalesce({{ moment }}_meant_1, 0) / {{ moment }}_all,
                coalesce({{ moment }}_meant_2, 0) / {{ moment }}_all,
                least(1, coalesce({{ moment }}_meant_3, 0) / {{ moment }}_all)
            ]
        end as {{ 'test' if moment == 'judged' else moment }}_points,
        {%- endfor %}
        'units of the chips: ' || {{ shown_number('coalesce(then_meant_2, 0)') }} || ' then, '
        || {{ shown_number('coalesce(judged_meant_2, 0)') }} || ' in the window' as detail,
    from shipped_sums
),

new_nodes as (
    select
        'seed-33a' as test_id,
        [
            min(process_nm) filter (where released_on <= then_end),
            median(process_nm) filter (where released_on <= then_end),
            max(process_nm) filter (where released_on <= then_end)
        ] as then_points,
        [
            min(process_nm) filter (where released_on > then_end),
            median(process_nm) filter (where released_on > then_end),
            max(process_nm) filter (where released_on > then_end)
        ] as latest_points,
        latest_points as test_points,
        count(*) filter (where released_on > then_end) || ' chips released since, '
        || count(process_nm) filter (where released_on > then_end) || ' with a known node'
            as detail,
    from chip_specs
    cross join claim_quarters
    where vendor_country = 'CN' and is_datacenter
),

-- the fastest chip of a day of release, where it is faster than all before it
releases as (
    select
        released_on,
        max(dense_fp16_tflops) as tflops,
        arg_max(chip_id, (dense_fp16_tflops, chip_id)) as chip_id,
    from chips
    where
        vendor = 'nvidia'
        and is_datacenter
        and not is_composite
        and market_variant_of is null
        and released_on is not null
        and dense_fp16_tflops is not null
    group by released_on
),

records as (
    select *
    from releases
    qualify
        tflops > coalesce(
            max(tflops) over (
                order by released_on rows between unbounded preceding and 1 preceding
            ),
            0
        )
),

cadence as (
    select
        chip_id,
        released_on,
        -- days to months of a mean year
        date_diff('day', lag(released_on) over (order by released_on), released_on)
        * 12 / 365.25 as months,
    from records
),

cadences as (
    select
        'seed-35a' as test_id,
        max_by(months, released_on) filter (where released_on <= then_end) as then_months,
        max_by(months, released_on) filter (where released_on <= latest_end) as latest_months,
        coalesce(bool_or(released_on > then_end and released_on <= latest_end), false)
            as has_new_generation,
        string_agg(chip_id || ' ' || released_on, ', ' order by released_on) as detail,
    from cadence
    cross join claim_quarters
)

select * from replaced
union all
select * from closing_gaps
union all
select * from deliveries
union all
select * from new_nodes
union all
select
    test_id,
    list_transform(ones, one -> one * kinds_then) as then_points,
    list_transform(ones, one -> one * kinds_latest) as latest_points,
    list_transform(ones, one -> one * kinds_new) as test_points,
    'new: ' || coalesce(chip_ids, 'none') as detail,
from new_kinds
union all
select
    test_id,
    [then_months, then_months, then_months] as then_points,
    [latest_months, latest_months, latest_months] as latest_points,
    -- a generation that began since the interview is needed for a comparison
    case
        when has_new_generation
            then [
                latest_months / then_months,
                latest_months / then_months,
                latest_months / then_months
            ]
    end as test_points,
    detail,
from cadences
