-- How strongly the errors of a chip's quarters move together, measured: the estimator also
-- publishes the interval of the running total, and its width lies between the one of independent
-- and the one of fully shared errors. Totals then come back with their published widths.
with chip_totals as (
    select * from {{ ref('int_shipments__chip_totals') }}
),

cumulative as (
    select * from {{ ref('int_shipments__running_totals') }}
),

vendor_coverage as (
    select * from {{ ref('int_shipments__vendor_coverage') }}
),

-- absolute spread of a quarter: median times half the logarithmic width of its interval
quarters as (
    select
        chip_totals.chip_id,
        chip_totals.units_p50,
        chip_totals.units_p50 * ln(chip_totals.units_p95 / chip_totals.units_p05) as spread,
    from chip_totals
    inner join vendor_coverage on chip_totals.chip_id = vendor_coverage.chip_id
    where
        chip_totals.quarter_start <= vendor_coverage.last_complete_quarter
        and chip_totals.units_p05 > 0
),

summed as (
    select
        chip_id,
        count(*) as quarter_count,
        {{ exact_sum('units_p50') }} as units_p50,
        {{ exact_sum('spread') }} as spread_if_shared,
        sqrt({{ exact_sum('spread * spread') }}) as spread_if_independent,
    from quarters
    group by chip_id
),

running_totals as (
    select
        cumulative.chip_id,
        ln(cumulative.units_p95 / cumulative.units_p05) as relative_spread,
    from cumulative
    inner join vendor_coverage on cumulative.chip_id = vendor_coverage.chip_id
    where
        cumulative.grain = 'by_chip'
        and cumulative.units_p05 > 0
        and cumulative.as_of_on
        = (vendor_coverage.last_complete_quarter + interval 3 month - interval 1 day)::date
),

-- without two quarters, or without a running total, the judged correlation stands
fallback as (
    select chip_total_correlation as correlation
    from {{ constant_points('chip_total_correlation') }}
)

select
    vendor_coverage.chip_id,
    coalesce(
        case
            when summed.quarter_count > 1 then least(1, greatest(0, (
                power(running_totals.relative_spread * summed.units_p50, 2)
                - power(summed.spread_if_independent, 2)
            ) / nullif(
                power(summed.spread_if_shared, 2) - power(summed.spread_if_independent, 2), 0
            )))
        end,
        fallback.correlation
    ) as correlation,
    summed.quarter_count > 1 and running_totals.relative_spread is not null as is_measured,
from vendor_coverage
cross join fallback
left join summed on vendor_coverage.chip_id = summed.chip_id
left join running_totals on vendor_coverage.chip_id = running_totals.chip_id
