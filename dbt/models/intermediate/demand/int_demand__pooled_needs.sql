-- Demand pooled from both accounts, on every draw, as logarithms of shares of the powered stock. Both
-- accounts of a draw rest on the same stock, so a draw pools itself; disagreement widens the spread
-- about the median.
with chain_needs as (
    select * from {{ ref('int_demand__chain_needs') }}
),

chain_weights as (
    select * from {{ ref('int_demand__chain_weights') }}
),

pairs as (
    select
        region_id,
        quarter_start,
        workload_id,
        draw,
        max(log_need) filter (where chain = 'runs_tokens') as runs_tokens,
        max(log_need) filter (where chain = 'claims') as claims,
    from chain_needs
    group by region_id, quarter_start, workload_id, draw
),

cores as (
    select
        pairs.region_id,
        pairs.quarter_start,
        pairs.workload_id,
        pairs.draw,
        chain_weights.spread_factor,
        chain_weights.structural_log_sd,
        chain_weights.runs_tokens_weight * coalesce(pairs.runs_tokens, 0)
        + (1 - chain_weights.runs_tokens_weight) * coalesce(pairs.claims, 0) as core,
    from pairs
    inner join chain_weights
        on
            pairs.region_id = chain_weights.region_id
            and pairs.quarter_start = chain_weights.quarter_start
            and pairs.workload_id = chain_weights.workload_id
),

medians as (
    select
        region_id,
        quarter_start,
        workload_id,
        median(core) filter (where draw > 0) as core,
    from cores
    group by region_id, quarter_start, workload_id
)

select
    cores.region_id,
    cores.quarter_start,
    cores.workload_id,
    cores.draw,
    cores.structural_log_sd,
    -- the central path is not stretched: it is no draw
    case
        when cores.draw = 0 then cores.core
        else medians.core + cores.spread_factor * (cores.core - medians.core)
    end as log_need,
from cores
inner join medians
    on
        cores.region_id = medians.region_id
        and cores.quarter_start = medians.quarter_start
        and cores.workload_id = medians.workload_id
