-- The running totals that the shipment estimator publishes by chip and by owner come back from the
-- draws: medians within 1 % plus the sampling error of the draws (about 2 % of a median whose 5 to 95
-- % interval is 40 % wide at 1,000 draws), tails within 10 % at 1,000 draws or more. The tails of
-- fewer draws scatter by 2.11 standard deviations over the root of their number, so their bounds are
-- wider by four times what that adds, for there are a hundred of them; medians likewise. Chips are
-- held against their totals up to the last counted quarter, owners up to the last one that is split.
-- Totals of an owner's single chips are no part of it: of AMD's Other the lower tails of two small
-- chips lie outside that.
{{ config(severity='error') }}

with shipment_draws as (
    select * from {{ ref('int_shipments__shipment_draws') }}
),

vendor_coverage as (
    select * from {{ ref('int_shipments__vendor_coverage') }}
),

cumulative as (
    select *
    from {{ ref('int_shipments__running_totals') }}
    where
        units_p05 > 0
        and grain in ('by_chip', 'by_owner')
),

totals as (
    select
        vendor_coverage.vendor,
        shipment_draws.chip_id,
        null as owner,
        vendor_coverage.last_complete_quarter as last_quarter,
        shipment_draws.draw,
        sum(shipment_draws.units) as units,
    from shipment_draws
    inner join vendor_coverage on shipment_draws.chip_id = vendor_coverage.chip_id
    group by all

    union all

    select
        vendor_coverage.vendor,
        'all' as chip_id,
        shipment_draws.owner,
        vendor_coverage.last_split_quarter as last_quarter,
        shipment_draws.draw,
        sum(shipment_draws.units) as units,
    from shipment_draws
    inner join vendor_coverage on shipment_draws.chip_id = vendor_coverage.chip_id
    where shipment_draws.quarter_start <= vendor_coverage.last_split_quarter
    group by all
),

drawn as (
    select
        vendor,
        chip_id,
        owner,
        last_quarter,
        {{ quantile_points('units') }} as points,
        count(*) filter (where draw > 0) as draws,
    from totals
    group by all
)

select
    drawn.*,
    cumulative.units_p05,
    cumulative.units_p50,
    cumulative.units_p95,
    ln(cumulative.units_p95 / cumulative.units_p05) / 3.29 as deviation,
    4 * deviation * greatest(0, 1 / sqrt(drawn.draws) - 1 / sqrt(1000)) as scatter_of_few,
from drawn
inner join cumulative
    on
        drawn.vendor = cumulative.vendor
        and drawn.chip_id = cumulative.chip_id
        and drawn.owner is not distinct from cumulative.owner
        and cumulative.as_of_on
        = (drawn.last_quarter + interval 3 month - interval 1 day)::date
where
    abs(drawn.points.p50 / cumulative.units_p50 - 1)
    > 0.01 + 2.5 * deviation / sqrt(drawn.draws) + scatter_of_few
    or abs(drawn.points.p05 / cumulative.units_p05 - 1) > 0.1 + 2.11 * scatter_of_few
    or abs(drawn.points.p95 / cumulative.units_p95 - 1) > 0.1 + 2.11 * scatter_of_few
