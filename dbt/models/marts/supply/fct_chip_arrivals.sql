-- The 8-bit factor of a chip does not vary, so its quantiles are those of the units times the
-- factor.
with arrivals as (
    select * from {{ ref('int_supply__owner_type_arrivals') }}
),

chip_draws as (
    select * from {{ ref('int_supply__chip_draws') }}
),

quarter_coverage as (
    select * from {{ ref('int_supply__quarter_coverage') }}
),

points as (
    select
        quarter_start,
        chip_id,
        owner_type,
        region_id,
        origin,
        bool_or(is_nowcast) as is_nowcast,
        {{ quantile_points('units') }} as unit_points,
    from arrivals
    group by quarter_start, chip_id, owner_type, region_id, origin
)

select
    points.quarter_start,
    points.chip_id,
    points.owner_type,
    points.region_id,
    points.origin,
    {{ quantile_columns('points.unit_points', 'units') }},
    {{ significant('points.unit_points.p05 * chip_draws.h100e_8bit') }} as h100e_8bit_p05,
    {{ significant('points.unit_points.p50 * chip_draws.h100e_8bit') }} as h100e_8bit_p50,
    {{ significant('points.unit_points.p95 * chip_draws.h100e_8bit') }} as h100e_8bit_p95,
    points.is_nowcast,
    coalesce(quarter_coverage.is_provisional, false) as is_provisional,
from points
inner join chip_draws
    on
        points.chip_id = chip_draws.chip_id
        and chip_draws.draw = 0
left join quarter_coverage on points.quarter_start = quarter_coverage.quarter_start
