-- How outlooks turned out, one by one: those of past origins in hindsight, and kept ones since.
with scores as (
    select * from {{ ref('int_outlook__scores') }}

    union all by name

    select * from {{ ref('int_outlook__kept_scores') }}
)

select
    kind,
    outlook_id,
    measure,
    region_id,
    vendor,
    rule,
    origin_quarter,
    quarters_ahead::bigint as quarters_ahead,
    quarter_start,
    known_to,
    {%- for point in ['truth_h100e', 'h100e_p05', 'h100e_p25', 'h100e_p50', 'h100e_p75', 'h100e_p95'] %}
    {{ significant(point) }} as {{ point }},
    {%- endfor %}
    round(truth_counted_share, 4) as truth_counted_share,
    round(crps_log, 6) as crps_log,
    round(pinball_05, 6) as pinball_05,
    round(pinball_50, 6) as pinball_50,
    round(pinball_95, 6) as pinball_95,
    -- where every draw is the truth itself, a quantile may lie a last bit beside it
    truth_h100e between h100e_p05 * (1 - 1e-9) and h100e_p95 * (1 + 1e-9) as is_covered_90,
    truth_h100e between h100e_p25 and h100e_p75 as is_covered_50,
    'inferred' as confidence,
from scores
