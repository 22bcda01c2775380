select
    {{ region_columns('levels') }},
    {% for side in ['tightness', 'tightness_quantity', 'tightness_price'] -%}
    levels.{{ side }}_p05,
    levels.{{ side }}_p50,
    levels.{{ side }}_p95,
    {% endfor -%}
    levels.probability_tight,
    levels.probability_tight_quantity,
    levels.probability_tight_price,
    levels.state,
    levels.agreement,
    levels.is_informative,
    levels.is_nowcast,
    levels.source_ids,
    levels.known_on,
    levels.confidence,
from {{ published('fct_tightness') }} as levels
{{ region_joins('levels') }}
