select
    quarter_start,
    region_id,
    chip_id,
    owner_type,
    origin,
    units_opening,
    units_added,
    units_retired,
    units_closing,
    {{ quantile_columns('h100e_8bit_points', 'h100e_8bit') }},
from {{ ref('int_supply__installed_base') }}
