-- Deliveries of a vendor after its last counted quarter, over those of that quarter, on every draw.
-- Where revenue of the quarter is reported or guided they follow it, with the drift that the counted
-- quarters show in what a dollar buys; from there on, and for vendors without such a revenue, they
-- grow at the judged rate.
with vendor_coverage as (
    select * from {{ ref('int_shipments__vendor_coverage') }}
),

revenue_quarters as (
    select * from {{ ref('int_shipments__revenue_quarters') }}
),

money_drift as (
    select * from {{ ref('int_shipments__money_drift') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

growth as (
    select * from {{ constant_draws('nowcast_growth') }}
),

-- quarters to be bridged, with the revenue of the last counted one beside theirs
open_quarters as (
    select
        vendors.vendor,
        quarters.quarter_start,
        date_diff('quarter', vendors.last_complete_quarter, quarters.quarter_start)
            as quarters_since_count,
        case
            when bases.guided_days is null and money_drift.vendor is not null
                then bases.reported_usd_m
        end as base_usd_m,
        revenue_quarters.reported_usd_m,
        revenue_quarters.guided_usd_m,
        case
            when
                coalesce(revenue_quarters.guided_days, 0)
                > coalesce(revenue_quarters.reported_days, 0)
                then 'guidance'
            else 'revenue'
        end as basis,
        money_drift.drift,
        money_drift.drift_sd,
        money_drift.steps as drift_steps,
        money_drift.beat,
        money_drift.beat_sd,
    from (
        select
            vendor,
            max(last_complete_quarter) as last_complete_quarter,
        from vendor_coverage
        group by vendor
    ) as vendors
    inner join quarters on vendors.last_complete_quarter < quarters.quarter_start
    left join revenue_quarters as bases
        on
            vendors.vendor = bases.vendor
            and vendors.last_complete_quarter = bases.quarter_start
    left join revenue_quarters
        on
            vendors.vendor = revenue_quarters.vendor
            and quarters.quarter_start = revenue_quarters.quarter_start
    left join money_drift on vendors.vendor = money_drift.vendor
),

uniforms as (
    select
        open_quarters.*,
        draws.draw,
        {{ uniform_deviate(
            'build.seed',
            "'bridge:' || open_quarters.vendor || '|' || open_quarters.quarter_start",
            'draws.draw'
        ) }} as u_quarter,
        {{ uniform_deviate('build.seed', "'bridge:' || open_quarters.vendor", 'draws.draw') }} as u_mean,
        {{ uniform_deviate('build.seed', "'beat:' || open_quarters.vendor", 'draws.draw') }} as u_beat,
    from open_quarters
    cross join draws
    cross join build
),

deviates as (
    select
        uniforms.*,
        case when uniforms.draw = 0 then 0 else {{ probit('uniforms.u_quarter') }} end as z_quarter,
        case when uniforms.draw = 0 then 0 else {{ probit('uniforms.u_mean') }} end as z_mean,
        case when uniforms.draw = 0 then 0 else {{ probit('uniforms.u_beat') }} end as z_beat,
    from uniforms
),

-- Errors of the quarters add up from one to the next; that of their mean is the same in each.
bridged as (
    select
        vendor,
        quarter_start,
        quarters_since_count,
        draw,
        basis,
        ln(
            (reported_usd_m + guided_usd_m * exp(beat + beat_sd * z_beat)) / base_usd_m
        )
        + quarters_since_count * (drift + drift_sd / sqrt(drift_steps) * z_mean)
        + drift_sd * sum(z_quarter) over (
            partition by vendor, draw
            order by quarter_start
            rows between unbounded preceding and current row
        ) as log_factor,
    from deviates
),

-- the last bridged quarter carries those after it
carried as (
    select
        *,
        last_value(log_factor ignore nulls) over vendor_path as last_log_factor,
        last_value(case when log_factor is not null then quarters_since_count end ignore nulls)
            over vendor_path as last_bridged,
    from bridged
    window vendor_path as (
        partition by vendor, draw
        order by quarter_start
        rows between unbounded preceding and current row
    )
)

select
    carried.vendor,
    carried.quarter_start,
    carried.draw,
    case when carried.log_factor is not null then carried.basis else 'growth' end as basis,
    exp(coalesce(carried.last_log_factor, 0)) * power(
        growth.nowcast_growth,
        carried.quarters_since_count - coalesce(carried.last_bridged, 0)
    ) as factor,
from carried
inner join growth on carried.draw = growth.draw
