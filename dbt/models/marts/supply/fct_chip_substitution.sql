select
    from_chip_id,
    to_chip_id,
    workload_id,
    {{ quantile_columns('cards_points', 'cards_per_100') }},
    basis,
    {{ significant('cards_per_100_peak') }} as cards_per_100_peak,
    {{ significant('equivalent_points.p50') }} as cards_per_100_equivalents,
    stated_low as cards_per_100_stated_low,
    stated_central as cards_per_100_stated,
    stated_high as cards_per_100_stated_high,
from {{ ref('int_supply__substitution') }}
