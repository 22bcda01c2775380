-- How the two accounts of demand are pooled, by cell: each weighs by the inverse of its variance, that
-- of its draws plus that of what it can miss. Where the medians lie further apart than both
-- allow, the spread of the pooled demand is widened by as much (the scale factor of R. L. Workman et
-- al., Review of Particle Physics, section on averages); agreement never narrows it. A cell that one
-- account alone describes takes that account.
with chain_needs as (
    select * from {{ ref('int_demand__chain_needs') }}
    where draw > 0
),

chain_errors as (
    select * from {{ ref('int_demand__chain_errors') }}
),

-- sums of whole numbers: the variance must not depend on the order of rows
moments as (
    select
        chain,
        region_id,
        quarter_start,
        workload_id,
        count(*) as draws,
        median(log_need) as median_log_need,
        {{ exact_sum('log_need', 8) }} as first_moment,
        {{ exact_sum('log_need * log_need', 8) }} as second_moment,
    from chain_needs
    group by chain, region_id, quarter_start, workload_id
),

variances as (
    select
        moments.region_id,
        moments.quarter_start,
        moments.workload_id,
        moments.chain,
        moments.median_log_need,
        chain_errors.log_sd as structural_log_sd,
        greatest(
            0,
            (moments.second_moment - moments.first_moment * moments.first_moment / moments.draws)
            / nullif(moments.draws - 1, 0)
        ) + chain_errors.log_sd * chain_errors.log_sd as variance,
    from moments
    inner join chain_errors
        on
            moments.chain = chain_errors.chain
            and moments.region_id = chain_errors.region_id
            and moments.quarter_start = chain_errors.quarter_start
            and moments.workload_id = chain_errors.workload_id
),

cells as (
    select
        region_id,
        quarter_start,
        workload_id,
        max(median_log_need) filter (where chain = 'runs_tokens') as runs_tokens_median,
        max(median_log_need) filter (where chain = 'claims') as claims_median,
        max(variance) filter (where chain = 'runs_tokens') as runs_tokens_variance,
        max(variance) filter (where chain = 'claims') as claims_variance,
        max(structural_log_sd) filter (where chain = 'runs_tokens') as runs_tokens_log_sd,
        max(structural_log_sd) filter (where chain = 'claims') as claims_log_sd,
    from variances
    group by region_id, quarter_start, workload_id
),

weighted as (
    select
        *,
        case
            when claims_variance is null then 1.0
            when runs_tokens_variance is null then 0.0
            else
                (1 / runs_tokens_variance)
                / (1 / runs_tokens_variance + 1 / claims_variance)
        end as runs_tokens_weight,
        exp(claims_median - runs_tokens_median) as disagreement_ratio,
        (claims_median - runs_tokens_median) / sqrt(runs_tokens_variance + claims_variance)
            as disagreement_z,
    from cells
)

select
    region_id,
    quarter_start,
    workload_id,
    runs_tokens_weight,
    greatest(1, coalesce(abs(disagreement_z), 1)) as spread_factor,
    disagreement_ratio,
    disagreement_z,
    greatest(1, coalesce(abs(disagreement_z), 1)) * sqrt(
        pow(runs_tokens_weight * coalesce(runs_tokens_log_sd, 0), 2)
        + pow((1 - runs_tokens_weight) * coalesce(claims_log_sd, 0), 2)
    ) as structural_log_sd,
from weighted
