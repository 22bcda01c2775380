-- Both accounts of demand and what is pooled from them, by cell, as quantiles: needs as shares of the
-- powered stock and as always busy H100, before the stock bounds what was served. With the weight of
-- each account, by how much disagreement widens the spread, and how far the two lie apart.
with chain_needs as (
    select
        chain,
        region_id,
        quarter_start,
        workload_id,
        draw,
        log_need,
    from {{ ref('int_demand__chain_needs') }}

    union all

    select
        'pooled' as chain,
        region_id,
        quarter_start,
        workload_id,
        draw,
        log_need,
    from {{ ref('int_demand__pooled_needs') }}
),

stock_shares as (
    select * from {{ ref('int_demand__stock_shares') }}
),

chain_weights as (
    select * from {{ ref('int_demand__chain_weights') }}
),

workloads as (
    select * from {{ ref('int_reference__workloads') }}
),

segment_claims as (
    select * from {{ ref('int_demand__segment_claims') }}
),

-- what is not read off counts of chips, of all that is claimed
independence as (
    select
        quarter_start,
        {{ exact_sum('case when is_supply_derived then 0 else us_h100e_8bit end') }}
        / {{ exact_sum('us_h100e_8bit') }} as independent_share,
    from segment_claims
    where draw = 0
    group by quarter_start
),

measured as (
    select
        chain_needs.chain,
        chain_needs.region_id,
        chain_needs.quarter_start,
        chain_needs.workload_id,
        chain_needs.draw,
        exp(chain_needs.log_need) as need,
        exp(chain_needs.log_need) * stock_shares.usable_h100e / stock_shares.suitable_share
            as h100e,
    from chain_needs
    inner join stock_shares
        on
            chain_needs.region_id = stock_shares.region_id
            and chain_needs.quarter_start = stock_shares.quarter_start
            and chain_needs.workload_id = stock_shares.workload_id
            and chain_needs.draw = stock_shares.draw
),

points as (
    select
        chain,
        region_id,
        quarter_start,
        workload_id,
        {{ quantile_points('need') }} as need_points,
        {{ quantile_points('h100e') }} as h100e_points,
    from measured
    group by chain, region_id, quarter_start, workload_id
)

select
    points.quarter_start,
    points.region_id,
    points.workload_id,
    points.chain,
    workloads.yardstick,
    points.need_points,
    points.h100e_points,
    case points.chain
        when 'runs_tokens' then chain_weights.runs_tokens_weight
        when 'claims' then 1 - chain_weights.runs_tokens_weight
        else 1
    end::double as weight,
    chain_weights.spread_factor,
    chain_weights.disagreement_ratio,
    chain_weights.disagreement_z,
    case when points.chain = 'claims' and points.region_id = 'US' then independence.independent_share end
        as independent_share,
from points
inner join workloads on points.workload_id = workloads.workload_id
inner join chain_weights
    on
        points.region_id = chain_weights.region_id
        and points.quarter_start = chain_weights.quarter_start
        and points.workload_id = chain_weights.workload_id
left join independence on points.quarter_start = independence.quarter_start
