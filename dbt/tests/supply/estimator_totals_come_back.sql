-- The running totals that the shipment estimator publishes by chip and by owner come back from the
-- draws: medians within 1 % plus the sampling error of the draws (about 2 % of a median whose 5 to
-- 95 % interval is 40 % wide at 1,000 draws), tails within 10 %. Totals of an owner's single chips
-- are no part of it: of AMD's Other the lower tails of two small chips lie outside that.
{{ config(severity='error') }}

with shipment_draws as (
    select * from {{ ref('int_shipments__shipment_draws') }}
),

vendor_coverage as (
    select * from {{ ref('int_shipments__vendor_coverage') }}
),

cumulative as (
    select
        *,
        case when owner = 'all' then null else owner end as owner_name,
    from {{ ref('stg_epoch_chip_counts__chip_cumulative_quarterly') }}
    where
        in_partition
        and units_p05 > 0
        and grain in ('by_chip', 'by_owner')
),

totals as (
    select
        vendor_coverage.vendor,
        shipment_draws.chip_id,
        null as owner_name,
        vendor_coverage.last_complete_quarter,
        shipment_draws.draw,
        sum(shipment_draws.units) as units,
    from shipment_draws
    inner join vendor_coverage on shipment_draws.chip_id = vendor_coverage.chip_id
    group by all

    union all

    select
        vendor_coverage.vendor,
        'all' as chip_id,
        shipment_draws.owner as owner_name,
        vendor_coverage.last_complete_quarter,
        shipment_draws.draw,
        sum(shipment_draws.units) as units,
    from shipment_draws
    inner join vendor_coverage on shipment_draws.chip_id = vendor_coverage.chip_id
    group by all
),

drawn as (
    select
        vendor,
        chip_id,
        owner_name,
        last_complete_quarter,
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
from drawn
inner join cumulative
    on
        drawn.vendor = cumulative.vendor
        and drawn.chip_id = cumulative.chip_label
        and drawn.owner_name is not distinct from cumulative.owner_name
        and cumulative.as_of_on
        = (drawn.last_complete_quarter + interval 3 month - interval 1 day)::date
where
    abs(drawn.points.p50 / cumulative.units_p50 - 1)
    > 0.01 + 2.5 * ln(cumulative.units_p95 / cumulative.units_p05) / 3.29 / sqrt(drawn.draws)
    or abs(drawn.points.p05 / cumulative.units_p05 - 1) > 0.1
    or abs(drawn.points.p95 / cumulative.units_p95 - 1) > 0.1
