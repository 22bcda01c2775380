select
    region_id,
    workload_id,
    quarter_start,
    input,
    assumption_id,
    sensitivity_rank,
    {{ significant('rank_correlation') }} as rank_correlation,
    {{ significant('swing_h100e') }} as swing_h100e,
    {{ significant('noise_correlation') }} as noise_correlation,
    abs(rank_correlation) > noise_correlation as is_above_noise,
    draws_used::bigint as draws_used,
from {{ ref('int_balance__sensitivity') }}
