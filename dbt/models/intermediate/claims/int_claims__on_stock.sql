-- Claims on what stands in China and on what of it can be used, draw by draw.
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

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

moments as (
    select * from {{ ref('int_claims__moments') }}
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

domestic_stock as (
    select
        quarter_start,
        draw,
        {{ exact_sum("case when origin = 'domestic' then deployed_inference else 0 end") }}
        / nullif({{ exact_sum('deployed_inference') }}, 0) as value,
    from stock
    group by quarter_start, draw
),

shares as (
    select
        shown.test_id,
        moments.moment,
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
    inner join moments on shown.quarter_start = moments.quarter_start
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
            when 'seed-29c' then latest_value - then_value
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
