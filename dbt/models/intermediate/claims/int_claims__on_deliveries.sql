-- Claims on which chips reach China, by count of kinds and by tracked deliveries.
with arrivals as (
    select * from {{ ref('int_claims__arrivals') }} where draw = 0 and units > 0
),

chip_shipments as (
    select * from {{ ref('int_shipments__owner_shipments') }} where owner = 'China'
),

claim_tests as (
    select * from {{ ref('stg_seed_claims__claim_tests') }}
),

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
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
        chip_shipments.units_p05 as units_low,
        chip_shipments.units_p50 as units_middle,
        chip_shipments.units_p95 as units_high,
    from chip_shipments
    cross join claim_quarters
    inner join claim_tests on claim_tests.test_id in ('seed-20a', 'seed-21a')
),

shipped_sums as (
    select
        test_id,
        {%- for moment in ['then', 'latest', 'judged'] %}
        {%- for end in ['low', 'middle', 'high'] %}
        {{ ordered_sum('case when is_' ~ moment ~ ' and is_meant then units_' ~ end ~ ' end') }}
            as {{ moment }}_meant_{{ end }},
        {%- endfor %}
        {{ ordered_sum('case when is_' ~ moment ~ ' then units_middle end') }} as {{ moment }}_all,
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
            when test_id = 'seed-21a'
                then {{ each_end('coalesce(' ~ moment ~ '_meant_<end>, 0)') }}
            else {{ ends(
                'coalesce(' ~ moment ~ '_meant_low, 0) / ' ~ moment ~ '_all',
                'coalesce(' ~ moment ~ '_meant_middle, 0) / ' ~ moment ~ '_all',
                'least(1, coalesce(' ~ moment ~ '_meant_high, 0) / ' ~ moment ~ '_all)'
            ) }}
        end as {{ 'test' if moment == 'judged' else moment }}_points,
        {%- endfor %}
        'units of the chips: ' || {{ shown_number('coalesce(then_meant_middle, 0)') }} || ' then, '
        || {{ shown_number('coalesce(judged_meant_middle, 0)') }} || ' in the window' as detail,
    from shipped_sums
)

select * from deliveries
union all
select
    test_id,
    {{ ends('kinds_then', 'kinds_then', 'kinds_then') }} as then_points,
    {{ ends('kinds_latest', 'kinds_latest', 'kinds_latest') }} as latest_points,
    {{ ends('kinds_new', 'kinds_new', 'kinds_new') }} as test_points,
    'new: ' || coalesce(chip_ids, 'none') as detail,
from new_kinds
