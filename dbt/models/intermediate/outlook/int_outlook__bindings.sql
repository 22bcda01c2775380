-- Which limit is the smallest outside China in each world of growth, with what probability, and how much
-- power chips wait for.
with bounded as (
    select * from {{ ref('int_outlook__bounded') }}
    where draw > 0
),

bounds as (
    select unnest(['orders', 'packaging', 'memory', 'money', 'power']) as bound
),

waiting as (
    select
        world_id,
        quarter_start,
        count(*) as draws,
        {{ quantile_points('waiting_mw', 'true') }} as waiting_points,
    from bounded
    group by world_id, quarter_start
),

counted as (
    select
        world_id,
        quarter_start,
        binding,
        count(*) as draws,
    from bounded
    group by world_id, quarter_start, binding
)

select
    waiting.world_id,
    waiting.quarter_start,
    bounds.bound,
    coalesce(counted.draws, 0) / waiting.draws as probability,
    waiting.waiting_points,
from waiting
cross join bounds
left join counted
    on
        waiting.world_id = counted.world_id
        and waiting.quarter_start = counted.quarter_start
        and bounds.bound = counted.binding
