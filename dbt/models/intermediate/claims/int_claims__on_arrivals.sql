-- Claims on what arrives in China and what is shipped to the world, draw by draw, in the year to
-- either quarter.
with arrivals as (
    select * from {{ ref('int_claims__arrivals') }} where region_id = 'CN'
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

moments as (
    select * from {{ ref('int_claims__moments') }}
),

-- the years that end with either quarter; shipments end with the last complete one
years as (
    select
        moments.moment,
        moments.quarter_start as last_quarter,
        case
            when moments.moment = 'then' then moments.quarter_start
            else min(vendor_coverage.last_complete_quarter)
        end as last_shipped_quarter,
    from moments
    left join vendor_coverage on true
    group by moments.moment, moments.quarter_start
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
    select
        *,
        case test_id
            when 'seed-31a' then latest_value
            else latest_value - then_value
        end as tested,
    from paired
)

select
    test_id,
    {{ quantile_ends('then_value') }} as then_points,
    {{ quantile_ends('latest_value') }} as latest_points,
    {{ quantile_ends('tested') }} as test_points,
    null::varchar as detail,
from tested
group by test_id
