-- What is pooled lies between the two accounts on every draw where disagreement does not widen it; with
-- one account it is that account.
with chain_needs as (
    select
        region_id,
        quarter_start,
        workload_id,
        draw,
        min(log_need) as lower_log_need,
        max(log_need) as upper_log_need,
    from {{ ref('int_demand__chain_needs') }}
    group by region_id, quarter_start, workload_id, draw
),

pooled_needs as (
    select * from {{ ref('int_demand__pooled_needs') }}
),

chain_weights as (
    select * from {{ ref('int_demand__chain_weights') }}
)

select
    pooled_needs.region_id,
    pooled_needs.quarter_start,
    pooled_needs.workload_id,
    pooled_needs.draw,
    pooled_needs.log_need,
    chain_needs.lower_log_need,
    chain_needs.upper_log_need,
from pooled_needs
inner join chain_weights
    on
        pooled_needs.region_id = chain_weights.region_id
        and pooled_needs.quarter_start = chain_weights.quarter_start
        and pooled_needs.workload_id = chain_weights.workload_id
inner join chain_needs
    on
        pooled_needs.region_id = chain_needs.region_id
        and pooled_needs.quarter_start = chain_needs.quarter_start
        and pooled_needs.workload_id = chain_needs.workload_id
        and pooled_needs.draw = chain_needs.draw
where
    (
        chain_weights.spread_factor = 1
        and (
            pooled_needs.log_need < chain_needs.lower_log_need - 1e-9
            or pooled_needs.log_need > chain_needs.upper_log_need + 1e-9
        )
    )
    or chain_weights.runs_tokens_weight < 0
    or chain_weights.runs_tokens_weight > 1
    or chain_weights.spread_factor < 1
