select
    quarter_start,
    region_id,
    {{ quantile_columns('needed_points', 'needed_it_power_mw') }},
    tracked_it_power_mw,
    {{ quantile_columns('live_points', 'live_it_power_mw') }},
    {{ quantile_columns('deployed_points', 'deployed_h100e_8bit') }},
    tracked_h100e_8bit,
from {{ ref('int_balance__it_power') }}
