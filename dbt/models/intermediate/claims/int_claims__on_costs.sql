-- Claims that compare what a unit of work costs, on one chip or another, here or there.
with gpu_hour_costs as (
    select * from {{ ref('int_prices__gpu_hour_costs') }}
),

hardware_prices as (
    select * from {{ ref('int_prices__hardware_prices') }}
),

chip_equivalents as (
    select * from {{ ref('int_reference__chip_equivalents') }}
),

arrivals as (
    select * from {{ ref('int_claims__arrivals') }} where draw = 0 and units > 0
),

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

moments as (
    select * from {{ ref('int_claims__moments') }}
),

unit_costs as (
    select
        moments.moment,
        moments.quarter_start,
        gpu_hour_costs.region_id,
        gpu_hour_costs.chip_id,
        {{ ends(
            'gpu_hour_costs.usd_points.p05 / chip_equivalents.h100e_training',
            'gpu_hour_costs.usd_points.p50 / chip_equivalents.h100e_training',
            'gpu_hour_costs.usd_points.p95 / chip_equivalents.h100e_training'
        ) }} as unit_points,
    from moments
    inner join gpu_hour_costs on moments.quarter_start = gpu_hour_costs.quarter_start
    inner join chip_equivalents on gpu_hour_costs.chip_id = chip_equivalents.chip_id
    where chip_equivalents.h100e_training > 0
),

-- whatever is on sale in the United States
cheapest_on_sale as (
    select
        moment,
        arg_min(unit_points, (unit_points.middle, chip_id)) as unit_points,
        arg_min(chip_id, (unit_points.middle, chip_id)) as chip_id,
    from unit_costs
    where region_id = 'US'
    group by moment
),

-- what arrived lawfully in the year to the quarter
cheapest_arriving as (
    select
        unit_costs.moment,
        unit_costs.region_id,
        arg_min(unit_costs.unit_points, (unit_costs.unit_points.middle, unit_costs.chip_id))
            as unit_points,
        arg_min(unit_costs.chip_id, (unit_costs.unit_points.middle, unit_costs.chip_id)) as chip_id,
    from unit_costs
    where exists (
        select 1
        from arrivals
        where
            arrivals.region_id = unit_costs.region_id
            and arrivals.chip_id = unit_costs.chip_id
            and arrivals.origin <> 'diverted'
            and arrivals.quarter_start > unit_costs.quarter_start - interval 1 year
            and arrivals.quarter_start <= unit_costs.quarter_start
    )
    group by unit_costs.moment, unit_costs.region_id
),

cheaper_work as (
    select
        'seed-04a' as test_id,
        any_value(unit_points) filter (where moment = 'then') as then_points,
        any_value(unit_points) filter (where moment = 'latest') as latest_points,
        -- like point with like point: the low end of one moment with that of the other
        {{ sorted_ends(
            "any_value(unit_points.<end>) filter (where moment = 'latest')"
            ~ " / any_value(unit_points.<end>) filter (where moment = 'then')"
        ) }} as test_points,
        'on ' || coalesce(any_value(chip_id) filter (where moment = 'then'), 'none') || ' then, '
        || coalesce(any_value(chip_id) filter (where moment = 'latest'), 'none') || ' latest'
            as detail,
    from cheapest_on_sale
),

china_against_us as (
    select
        china.moment,
        {{ sorted_ends('china.unit_points.<end> / us.unit_points.<end>') }} as ratio_points,
        china.chip_id || ' against ' || us.chip_id as chips,
    from cheapest_arriving as china
    inner join cheapest_arriving as us
        on
            china.moment = us.moment
            and us.region_id = 'US'
    where china.region_id = 'CN'
),

dearer_work as (
    select
        'seed-24b' as test_id,
        any_value(ratio_points) filter (where moment = 'then') as then_points,
        any_value(ratio_points) filter (where moment = 'latest') as latest_points,
        any_value(ratio_points) filter (where moment = 'latest') as test_points,
        coalesce(any_value(chips) filter (where moment = 'then'), 'none') || ' then, '
        || coalesce(any_value(chips) filter (where moment = 'latest'), 'none') || ' latest'
            as detail,
    from china_against_us
),

-- prices per unit of work of chips that NVIDIA itself sold to China, cards or servers alike
sold as (
    select
        hardware_prices.chip_id,
        hardware_prices.unit,
        hardware_prices.period_start,
        hardware_prices.usd_per_chip,
        chip_equivalents.h100e_training,
        chip_equivalents.h100e_inference,
    from hardware_prices
    inner join chip_equivalents on hardware_prices.chip_id = chip_equivalents.chip_id
    where
        hardware_prices.market = 'CN_official'
        and hardware_prices.chip_id in ('nvidia-h20', 'nvidia-a800', 'nvidia-h800')
),

pairs as (
    select
        old.period_start <= claim_quarters.then_end as is_then,
        new.usd_per_chip / new.h100e_training / (old.usd_per_chip / old.h100e_training)
            as training_ratio,
        new.usd_per_chip / new.h100e_inference / (old.usd_per_chip / old.h100e_inference)
            as inference_ratio,
        new.period_start as sold_from,
    from sold as new
    inner join sold as old
        on
            new.unit = old.unit
            and old.chip_id <> 'nvidia-h20'
    cross join claim_quarters
    where new.chip_id = 'nvidia-h20'
),

dearer_chips as (
    select
        tests.test_id,
        cast(null as struct(low double, middle double, high double)) as then_points,
        {{ range_ends('tests.ratio', 'tests.is_newest') }} as latest_points,
        {{ range_ends('tests.ratio') }} as test_points,
        count(*) || ' pairs of an H20 price and one of A800 or H800, card with card and server '
        || 'with server' as detail,
    from (
        select
            'seed-22a' as test_id,
            training_ratio as ratio,
            sold_from = max(sold_from) over () as is_newest,
        from pairs
        union all
        select
            'seed-22b' as test_id,
            inference_ratio as ratio,
            sold_from = max(sold_from) over () as is_newest,
        from pairs
    ) as tests
    group by tests.test_id
)

select * from cheaper_work
union all
select * from dearer_work
union all
select * from dearer_chips
