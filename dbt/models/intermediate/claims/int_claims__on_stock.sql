-- Claims on what stands in China and what arrives there, draw by draw.
with supply_draws as (
    select * from {{ ref('int_balance__supply_draws') }}
    where region_id = 'CN' and scenario_id = 'baseline'
),

stock as (
    select * from {{ ref('int_supply__stock') }}
    where
        region_id = 'CN'
        and scenario_id = 'baseline'
        and exists (select 1 from {{ ref('int_shipments__vendor_coverage') }})
),

arrivals as (
    select * from {{ ref('int_supply__arrivals') }}
    -- judged pieces alone are no deliveries
    where region_id = 'CN' and exists (select 1 from {{ ref('int_shipments__vendor_coverage') }})
),

delivery_draws as (
    select * from {{ ref('int_shipments__delivery_draws') }}
),

vendor_coverage as (
    select * from {{ ref('int_shipments__vendor_coverage') }}
),

chip_draws as (
    select * from {{ ref('int_supply__chip_draws') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

-- the years that end with either quarter; shipments end with the last complete one
years as (
    select
        'then' as moment,
        then_quarter as last_quarter,
        then_quarter as last_shipped_quarter,
    from claim_quarters

    union all

    select
        'latest' as moment,
        claim_quarters.latest_quarter as last_quarter,
        min(vendor_coverage.last_complete_quarter) as last_shipped_quarter,
    from claim_quarters
    left join vendor_coverage on true
    group by claim_quarters.latest_quarter
),

growth as (
    select
        draw,
        quarter_start,
        deployed_training,
        deployed_training
        / nullif(lag(deployed_training) over (partition by draw order by quarter_start), 0)
            as ratio,
    from supply_draws
),

growing_stock as (
    select
        'seed-06a' as test_id,
        growth.draw,
        max(growth.deployed_training) filter (
            where growth.quarter_start = claim_quarters.then_quarter
        ) as then_value,
        max(growth.deployed_training) filter (
            where growth.quarter_start = claim_quarters.latest_quarter
        ) as latest_value,
        min(growth.ratio) filter (where growth.quarter_start > claim_quarters.then_quarter)
            as tested,
    from growth
    cross join claim_quarters
    group by growth.draw
),

-- shares of quarters and of years, each at either moment
domestic_stock as (
    select
        quarter_start,
        draw,
        {{ exact_sum("case when origin = 'domestic' then deployed_inference else 0 end") }}
        / nullif({{ exact_sum('deployed_inference') }}, 0) as value,
    from stock
    group by quarter_start, draw
),

arrived as (
    select
        years.moment,
        arrivals.draw,
        {{ exact_sum(
            "case when arrivals.origin = 'domestic' then arrivals.units * chip_draws.h100e_8bit "
            ~ "else 0 end"
        ) }} / nullif({{ exact_sum('arrivals.units * chip_draws.h100e_8bit') }}, 0)
            as domestic_share,
        {{ exact_sum(
            "case when arrivals.origin = 'domestic' and chips.vendor = 'huawei' "
            ~ "then arrivals.units * chip_draws.h100e_training else 0 end"
        ) }} / nullif({{ exact_sum(
            "case when arrivals.origin = 'domestic' "
            ~ "then arrivals.units * chip_draws.h100e_training else 0 end"
        ) }}, 0) as huawei_share,
    from arrivals
    inner join years
        on
            arrivals.quarter_start > years.last_quarter - interval 1 year
            and arrivals.quarter_start <= years.last_quarter
    inner join chip_draws
        on
            arrivals.chip_id = chip_draws.chip_id
            and arrivals.draw = chip_draws.draw
    inner join chips on arrivals.chip_id = chips.chip_id
    group by years.moment, arrivals.draw
),

-- TPU, Trainium and Inferentia are what the estimator counts of dedicated chips
shipped as (
    select
        years.moment,
        delivery_draws.draw,
        {{ exact_sum(
            "case when chips.vendor in ('google', 'aws') "
            ~ "then delivery_draws.units * chip_draws.h100e_8bit else 0 end"
        ) }} / nullif({{ exact_sum('delivery_draws.units * chip_draws.h100e_8bit') }}, 0) as value,
    from delivery_draws
    inner join years
        on
            delivery_draws.quarter_start > years.last_shipped_quarter - interval 1 year
            and delivery_draws.quarter_start <= years.last_shipped_quarter
    inner join chip_draws
        on
            delivery_draws.chip_id = chip_draws.chip_id
            and delivery_draws.draw = chip_draws.draw
    inner join chips on delivery_draws.chip_id = chips.chip_id
    group by years.moment, delivery_draws.draw
),

shares as (
    select
        shown.test_id,
        years.moment,
        shown.draw,
        shown.value,
    from (
        select
            'seed-13a' as test_id,
            quarter_start,
            draw,
            merchant_large / nullif(usable_large, 0) as value,
        from supply_draws

        union all

        select
            'seed-37a' as test_id,
            quarter_start,
            draw,
            1 - suitable_large / nullif(suitable_small, 0) as value,
        from supply_draws

        union all

        select
            'seed-29c' as test_id,
            quarter_start,
            draw,
            value,
        from domestic_stock
    ) as shown
    inner join years on shown.quarter_start = years.last_quarter

    union all

    select
        'seed-30a' as test_id,
        moment,
        draw,
        domestic_share as value,
    from arrived

    union all

    select
        'seed-31a' as test_id,
        moment,
        draw,
        huawei_share as value,
    from arrived

    union all

    select
        'seed-34a' as test_id,
        moment,
        draw,
        value,
    from shipped
),

paired as (
    select
        test_id,
        draw,
        max(value) filter (where moment = 'then') as then_value,
        max(value) filter (where moment = 'latest') as latest_value,
    from shares
    group by test_id, draw
),

tested as (
    select * from growing_stock

    union all

    select
        test_id,
        draw,
        then_value,
        latest_value,
        -- seed-37a is not compared
        case test_id
            when 'seed-13a' then then_value
            when 'seed-31a' then latest_value
            when 'seed-29c' then latest_value - then_value
            when 'seed-30a' then latest_value - then_value
            when 'seed-34a' then latest_value - then_value
        end as tested,
    from paired
)

select
    test_id,
    {{ quantile_points('then_value') }} as then_points,
    {{ quantile_points('latest_value') }} as latest_points,
    {{ quantile_points('tested') }} as test_points,
    null::varchar as detail,
from tested
group by test_id
