-- Shipments by quarter, chip and owner on every draw. Totals by chip steer: their errors hold over
-- quarters and are shared within a vendor. A named owner gets the part of the total that its
-- published median is of the chip's, with the spread that it has beyond the chip's. The group Other
-- is what the named owners leave, as in the estimate itself. A named owner's error holds over
-- quarters and over the chips of a vendor: its published running totals over chips are as wide as
-- that says.
with counted as (
    select * from {{ ref('int_shipments__owner_counts') }}
),

chip_totals as (
    select * from {{ ref('int_shipments__chip_totals') }}
),

vendor_coverage as (
    select * from {{ ref('int_shipments__vendor_coverage') }}
),

quarter_correlations as (
    select * from {{ ref('int_shipments__quarter_correlations') }}
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

correlations as (
    select
        vendor_chips_correlation as within_vendor,
        owner_share_correlation as over_owner_quarters,
    from {{ constant_points('vendor_chips_correlation', 'owner_share_correlation') }}
),

owners_summed as (
    select
        quarter_start,
        chip_id,
        {{ exact_sum('units_p50') }} as units_p50,
    from counted
    group by quarter_start, chip_id
),

-- A published zero is lifted to one chip, which a logarithm can hold. A version without intervals
-- gives no spread; a chip without a total takes that of its owners.
totals as (
    select
        owners_summed.quarter_start,
        owners_summed.chip_id,
        vendor_coverage.vendor,
        greatest(coalesce(chip_totals.units_p50, owners_summed.units_p50), 1) as central,
        greatest(coalesce(chip_totals.units_p05, chip_totals.units_p50, owners_summed.units_p50), 1)
            as low,
        greatest(coalesce(chip_totals.units_p95, chip_totals.units_p50, owners_summed.units_p50), 1)
            as high,
    from owners_summed
    inner join vendor_coverage on owners_summed.chip_id = vendor_coverage.chip_id
    left join chip_totals
        on
            owners_summed.quarter_start = chip_totals.quarter_start
            and owners_summed.chip_id = chip_totals.chip_id
),

total_uniforms as (
    select
        totals.*,
        draws.draw,
        {{ uniform_deviate('build.seed', "'vend:' || totals.vendor", 'draws.draw') }} as u_vendor,
        {{ uniform_deviate('build.seed', "'chip:' || totals.chip_id", 'draws.draw') }} as u_chip,
        {{ uniform_deviate(
            'build.seed', "'cq:' || totals.chip_id || '|' || totals.quarter_start", 'draws.draw'
        ) }} as u_quarter,
    from totals
    cross join draws
    cross join build
),

total_deviates as (
    select
        total_uniforms.*,
        case
            when total_uniforms.draw = 0 then 0
            else
                sqrt(quarter_correlations.correlation) * (
                    sqrt(correlations.within_vendor) * ({{ probit('total_uniforms.u_vendor') }})
                    + sqrt(1 - correlations.within_vendor) * ({{ probit('total_uniforms.u_chip') }})
                )
                + sqrt(1 - quarter_correlations.correlation)
                * ({{ probit('total_uniforms.u_quarter') }})
        end as z,
    from total_uniforms
    inner join quarter_correlations on total_uniforms.chip_id = quarter_correlations.chip_id
    cross join correlations
),

total_draws as (
    select
        quarter_start,
        chip_id,
        draw,
        {{ split_normal('z', 'low', 'central', 'high', "'log'") }} as units,
    from total_deviates
),

-- what an owner's interval is wider than its chip's, on either side of the median
owner_widths as (
    select
        counted.quarter_start,
        counted.chip_id,
        counted.owner,
        totals.vendor,
        greatest(counted.units_p50, 1) as central,
        sqrt(greatest(
            0,
            power(ln(greatest(counted.units_p50, 1) / greatest(coalesce(
                counted.units_p05, counted.units_p50
            ), 1)), 2)
            - power(ln(totals.central / totals.low), 2)
        )) as width_down,
        sqrt(greatest(
            0,
            power(ln(greatest(coalesce(
                counted.units_p95, counted.units_p50
            ), 1) / greatest(counted.units_p50, 1)), 2)
            - power(ln(totals.high / totals.central), 2)
        )) as width_up,
    from counted
    inner join totals
        on
            counted.quarter_start = totals.quarter_start
            and counted.chip_id = totals.chip_id
),

owner_uniforms as (
    select
        owner_widths.*,
        draws.draw,
        {{ uniform_deviate(
            'build.seed',
            "'oc:' || owner_widths.owner || '|' || owner_widths.vendor",
            'draws.draw'
        ) }} as u_owner,
        {{ uniform_deviate(
            'build.seed',
            "'ocq:' || owner_widths.owner || '|' || owner_widths.chip_id"
            ~ " || '|' || owner_widths.quarter_start",
            'draws.draw'
        ) }} as u_quarter,
    from owner_widths
    cross join draws
    cross join build
),

owner_deviates as (
    select
        owner_uniforms.*,
        case
            when owner_uniforms.draw = 0 then 0
            else
                sqrt(correlations.over_owner_quarters)
                * ({{ probit('owner_uniforms.u_owner') }})
                + sqrt(1 - correlations.over_owner_quarters)
                * ({{ probit('owner_uniforms.u_quarter') }})
        end as z,
    from owner_uniforms
    cross join correlations
),

owner_weights as (
    select
        quarter_start,
        chip_id,
        owner,
        draw,
        {{ split_normal(
            'z',
            'central * exp(-width_down)',
            'central',
            'central * exp(width_up)',
            "'log'"
        ) }} as weight,
    from owner_deviates
),

-- one row per owner still: totals and their draws have one row per quarter, chip (and draw)
owner_parts as (
    select
        owner_weights.quarter_start,
        owner_weights.chip_id,
        owner_weights.owner,
        owner_weights.draw,
        owner_weights.weight,
        total_draws.units as total,
        total_draws.units * owner_weights.weight / totals.central as part,
    from owner_weights
    inner join totals
        on
            owner_weights.quarter_start = totals.quarter_start
            and owner_weights.chip_id = totals.chip_id
    inner join total_draws
        on
            owner_weights.quarter_start = total_draws.quarter_start
            and owner_weights.chip_id = total_draws.chip_id
            and owner_weights.draw = total_draws.draw
),

part_sums as (
    select
        quarter_start,
        chip_id,
        draw,
        {{ exact_sum('weight') }} as weight,
        coalesce({{ exact_sum("case when owner <> 'Other' then part end") }}, 0) as named,
        bool_or(owner = 'Other') as has_remainder,
    from owner_parts
    group by quarter_start, chip_id, draw
)

-- Without a remainder to balance them, and on the central path, where Other takes its published
-- median too, owners are scaled to the total. Named owners above it are scaled down and leave none.
select
    owner_parts.quarter_start,
    owner_parts.chip_id,
    owner_parts.owner,
    owner_parts.draw,
    case
        when owner_parts.draw = 0 or not part_sums.has_remainder
            then owner_parts.total * owner_parts.weight / part_sums.weight
        when owner_parts.owner = 'Other' then greatest(owner_parts.total - part_sums.named, 0)
        when part_sums.named > owner_parts.total
            then owner_parts.total * owner_parts.part / part_sums.named
        else owner_parts.part
    end as units,
from owner_parts
inner join part_sums
    on
        owner_parts.quarter_start = part_sums.quarter_start
        and owner_parts.chip_id = part_sums.chip_id
        and owner_parts.draw = part_sums.draw
