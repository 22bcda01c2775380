-- Which limit is the smallest outside China, with what probability, and how much power chips wait for.
with bounded as (
    select * from {{ ref('int_outlook__bounded') }}
    where draw > 0
),

bounds as (
    select unnest(['orders', 'packaging', 'memory', 'money', 'power']) as bound
),

waiting as (
    select
        quarter_start,
        count(*) as draws,
        {{ quantile_points('waiting_mw', 'true') }} as waiting_points,
    from bounded
    group by quarter_start
),

counted as (
    select
        quarter_start,
        binding,
        count(*) as draws,
    from bounded
    group by quarter_start, binding
)

select
    waiting.quarter_start,
    bounds.bound,
    coalesce(counted.draws, 0) / waiting.draws as probability,
    waiting.waiting_points,
from waiting
cross join bounds
left join counted
    on
        waiting.quarter_start = counted.quarter_start
        and bounds.bound = counted.binding
