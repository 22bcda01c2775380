with installed_base as (
    select * from {{ ref('int_supply__installed_base') }}
),

quarter_coverage as (
    select * from {{ ref('int_supply__quarter_coverage') }}
)

select
    installed_base.quarter_start,
    installed_base.region_id,
    installed_base.chip_id,
    installed_base.owner_type,
    installed_base.origin,
    installed_base.units_opening,
    installed_base.units_added,
    installed_base.units_retired,
    installed_base.units_closing,
    {{ quantile_columns('installed_base.h100e_8bit_points', 'h100e_8bit') }},
    coalesce(quarter_coverage.is_nowcast, false) as is_nowcast,
    coalesce(quarter_coverage.is_provisional, false) as is_provisional,
from installed_base
left join quarter_coverage on installed_base.quarter_start = quarter_coverage.quarter_start
