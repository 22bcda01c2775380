-- What kinds of work need in the quarters of the outlook, by path and region on every draw, as logarithms
-- of shares of the powered stock of the path: the pooled need of the last complete quarter, carried on by
-- the growth of both accounts as they weigh there, over the growth of the stock. The simple rule says that
-- needs stay as they are.
with quarters as (
    select * from {{ ref('int_outlook__quarters') }}
),

pooled_needs as (
    select pooled_needs.*
    from {{ ref('int_demand__pooled_needs') }} as pooled_needs
    inner join quarters
        on
            pooled_needs.quarter_start = quarters.quarter_start
            and quarters.quarters_ahead = 0
    where pooled_needs.draw <= {{ var('outlook_draws') }}
),

chain_weights as (
    select chain_weights.*
    from {{ ref('int_demand__chain_weights') }} as chain_weights
    inner join quarters
        on
            chain_weights.quarter_start = quarters.quarter_start
            and quarters.quarters_ahead = 0
),

growth as (
    select
        region_id,
        quarter_start,
        workload_id,
        draw,
        max(log_growth) filter (where chain = 'runs_tokens') as runs_tokens,
        max(log_growth) filter (where chain = 'claims') as claims,
    from {{ ref('int_outlook__growth_of_demand') }}
    group by region_id, quarter_start, workload_id, draw
),

stock as (
    select
        path_id,
        quarter_start,
        region_id,
        draw,
        powered_8bit / first_value(powered_8bit) over (
            partition by path_id, region_id, draw
            order by quarter_start
        ) as stock_ratio,
    from {{ ref('int_outlook__measures') }}
    where region_id <> 'WORLD'
)

select
    stock.path_id,
    stock.quarter_start,
    stock.region_id,
    pooled_needs.workload_id,
    stock.draw,
    stock.stock_ratio,
    chain_weights.runs_tokens_weight,
    case when stock.path_id = 'mean_growth' then 0 else quarters.quarters_ahead / 4 end
        as years_ahead,
    pooled_needs.log_need + case
        when stock.path_id = 'mean_growth' then 0
        else
            chain_weights.runs_tokens_weight * growth.runs_tokens
            + (1 - chain_weights.runs_tokens_weight) * coalesce(growth.claims, growth.runs_tokens)
            - ln(stock.stock_ratio)
    end as log_need,
from stock
inner join quarters on stock.quarter_start = quarters.quarter_start
inner join pooled_needs
    on
        stock.region_id = pooled_needs.region_id
        and stock.draw = pooled_needs.draw
inner join chain_weights
    on
        stock.region_id = chain_weights.region_id
        and pooled_needs.workload_id = chain_weights.workload_id
inner join growth
    on
        stock.region_id = growth.region_id
        and stock.quarter_start = growth.quarter_start
        and pooled_needs.workload_id = growth.workload_id
        and stock.draw = growth.draw
