-- Counted deliveries by quarter, chip and owner on every draw, with the error that the estimator has
-- beyond its own intervals: one deviate for a vendor over all chips and quarters, one for an owner
-- (which moves chips between owners and leaves the total), and for quarters first counted young what
-- such counts were revised by.
with shipment_draws as (
    select * from {{ ref('int_shipments__shipment_draws') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

estimator_errors as (
    select * from {{ ref('int_shipments__estimator_errors') }}
),

revisions as (
    select * from {{ ref('int_shipments__revisions') }}
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

widths as (
    select
        coalesce(max(extra_log_sd) filter (where component = 'common'), 0) as common_log_sd,
        coalesce(max(extra_log_sd) filter (where component = 'owner'), 0) as owner_log_sd,
    from estimator_errors
),

vendor_quarters as (
    select
        chips.vendor,
        shipment_draws.quarter_start,
        coalesce(max(estimator_errors.extra_log_sd), 0) as revision_log_sd,
    from shipment_draws
    inner join chips on shipment_draws.chip_id = chips.chip_id
    left join revisions
        on
            chips.vendor = revisions.vendor
            and shipment_draws.quarter_start = revisions.quarter_start
    left join estimator_errors
        on
            estimator_errors.component = 'revision'
            and revisions.age_quarters = estimator_errors.age_quarters
    where shipment_draws.draw = 0
    group by chips.vendor, shipment_draws.quarter_start
),

quarter_uniforms as (
    select
        vendor_quarters.*,
        draws.draw,
        {{ uniform_deviate(
            'build.seed', "'rival:' || vendor_quarters.vendor", 'draws.draw'
        ) }} as u_vendor,
        {{ uniform_deviate(
            'build.seed',
            "'revision:' || vendor_quarters.vendor || '|' || vendor_quarters.quarter_start",
            'draws.draw'
        ) }} as u_quarter,
    from vendor_quarters
    cross join draws
    cross join build
),

quarter_factors as (
    select
        quarter_uniforms.vendor,
        quarter_uniforms.quarter_start,
        quarter_uniforms.draw,
        case
            when quarter_uniforms.draw = 0 then 1
            else exp(
                widths.common_log_sd * ({{ probit('quarter_uniforms.u_vendor') }})
                + quarter_uniforms.revision_log_sd * ({{ probit('quarter_uniforms.u_quarter') }})
            )
        end as factor,
    from quarter_uniforms
    cross join widths
),

owner_uniforms as (
    select
        owners.vendor,
        owners.owner,
        draws.draw,
        {{ uniform_deviate(
            'build.seed', "'rival:' || owners.owner || '|' || owners.vendor", 'draws.draw'
        ) }} as u,
    from (
        select
            chips.vendor,
            shipment_draws.owner,
        from shipment_draws
        inner join chips on shipment_draws.chip_id = chips.chip_id
        where shipment_draws.draw = 0
        group by chips.vendor, shipment_draws.owner
    ) as owners
    cross join draws
    cross join build
),

owner_factors as (
    select
        owner_uniforms.vendor,
        owner_uniforms.owner,
        owner_uniforms.draw,
        case
            when owner_uniforms.draw = 0 then 1
            else exp(widths.owner_log_sd * ({{ probit('owner_uniforms.u') }}))
        end as factor,
    from owner_uniforms
    cross join widths
),

weighted as (
    select
        shipment_draws.quarter_start,
        shipment_draws.chip_id,
        chips.vendor,
        shipment_draws.owner,
        shipment_draws.draw,
        shipment_draws.units,
        shipment_draws.units * owner_factors.factor as weight,
    from shipment_draws
    inner join chips on shipment_draws.chip_id = chips.chip_id
    inner join owner_factors
        on
            chips.vendor = owner_factors.vendor
            and shipment_draws.owner = owner_factors.owner
            and shipment_draws.draw = owner_factors.draw
),

sums as (
    select
        quarter_start,
        chip_id,
        draw,
        {{ exact_sum('units') }} as units,
        {{ exact_sum('weight') }} as weight,
    from weighted
    group by quarter_start, chip_id, draw
)

select
    weighted.quarter_start,
    weighted.chip_id,
    weighted.owner,
    weighted.draw,
    case
        when weighted.draw = 0 or sums.weight = 0 then weighted.units
        else weighted.weight * sums.units / sums.weight * quarter_factors.factor
    end as units,
from weighted
inner join sums
    on
        weighted.quarter_start = sums.quarter_start
        and weighted.chip_id = sums.chip_id
        and weighted.draw = sums.draw
inner join quarter_factors
    on
        weighted.vendor = quarter_factors.vendor
        and weighted.quarter_start = quarter_factors.quarter_start
        and weighted.draw = quarter_factors.draw
