-- Both accounts of demand side by side, on every draw, as logarithms of shares of the powered stock.
-- A draw whose timing moves every run out of the quarters around a cell has none there; that is no
-- demand of zero, so it takes the least that the other draws of the cell have.
with needs as (
    select
        'runs_tokens' as chain,
        region_id,
        quarter_start,
        workload_id,
        draw,
        need,
    from {{ ref('int_demand__run_token_needs') }}

    union all

    select
        'claims' as chain,
        region_id,
        quarter_start,
        workload_id,
        draw,
        need,
    from {{ ref('int_demand__claim_needs') }}
),

least_needs as (
    select
        chain,
        region_id,
        quarter_start,
        workload_id,
        min(need) filter (where need > 0) as need,
    from needs
    group by chain, region_id, quarter_start, workload_id
)

select
    needs.chain,
    needs.region_id,
    needs.quarter_start,
    needs.workload_id,
    needs.draw,
    ln(greatest(needs.need, least_needs.need)) as log_need,
from needs
inner join least_needs
    on
        needs.chain = least_needs.chain
        and needs.region_id = least_needs.region_id
        and needs.quarter_start = least_needs.quarter_start
        and needs.workload_id = least_needs.workload_id
where least_needs.need is not null
