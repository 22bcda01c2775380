-- The served load of a region, on every draw: pooled needs of all kinds of work, with what both
-- accounts can miss, under the condition that work cannot have been served on chips that did not
-- exist. The deviate of what is missed is drawn from its law below the bound, which keeps its order:
-- a high draw stays high. Supply is not revised by demand; `probability_below_bound` says how far the
-- two agree.
with pooled_needs as (
    select * from {{ ref('int_demand__pooled_needs') }}
),

deviates as (
    select * from {{ ref('int_demand__structural_deviates') }}
),

tolerance as (
    select service_bound_sd as log_sd
    from {{ constant_points('service_bound_sd') }}
),

-- errors of two kinds of work within one region are half common
common as (
    select chain_structural_correlation as correlation
    from {{ constant_points('chain_structural_correlation') }}
),

-- Large jobs may be absent from a region's list and then need nothing that is known; without a
-- reading of small jobs or of inference the load of the region is unknown.
totals as (
    select
        region_id,
        quarter_start,
        draw,
        ln({{ workload_sum('exp(log_need)') }}) as log_need,
    from pooled_needs
    group by region_id, quarter_start, draw
    having
        count(*) filter (where workload_id = 'training_small') = 1
        and count(*) filter (where workload_id = 'inference') = 1
),

shares as (
    select
        pooled_needs.region_id,
        pooled_needs.quarter_start,
        pooled_needs.workload_id,
        pooled_needs.draw,
        pooled_needs.structural_log_sd,
        exp(pooled_needs.log_need - totals.log_need) as share,
    from pooled_needs
    inner join totals
        on
            pooled_needs.region_id = totals.region_id
            and pooled_needs.quarter_start = totals.quarter_start
            and pooled_needs.draw = totals.draw
),

median_shares as (
    select
        region_id,
        quarter_start,
        workload_id,
        structural_log_sd,
        median(share) filter (where draw > 0) as share,
    from shares
    group by region_id, quarter_start, workload_id, structural_log_sd
),

-- the variance of a sum: each kind alone, and each pair with its correlation
structural as (
    select
        one.region_id,
        one.quarter_start,
        sqrt(sum(
            one.share * one.structural_log_sd * other.share * other.structural_log_sd
            * case when one.workload_id = other.workload_id then 1 else common.correlation end
            order by one.workload_id, other.workload_id
        )) as log_sd,
    from median_shares as one
    inner join median_shares as other
        on
            one.region_id = other.region_id
            and one.quarter_start = other.quarter_start
    cross join common
    group by one.region_id, one.quarter_start
),

bounds as (
    select
        totals.region_id,
        totals.quarter_start,
        totals.draw,
        totals.log_need,
        structural.log_sd,
        deviates.z,
        (tolerance.log_sd * deviates.z_bound - totals.log_need) / structural.log_sd as z_max,
    from totals
    inner join structural
        on
            totals.region_id = structural.region_id
            and totals.quarter_start = structural.quarter_start
    inner join deviates
        on
            totals.region_id = deviates.region_id
            and totals.quarter_start = deviates.quarter_start
            and totals.draw = deviates.draw
    cross join tolerance
),

probabilities as (
    select
        *,
        {{ normal_distribution('z') }} as p,
        {{ normal_distribution('z_max') }} as p_max,
    from bounds
),

truncated as (
    select
        *,
        -- a stock so small that nothing fits would leave no probability at all
        greatest(p * p_max, 1e-12) as u,
    from probabilities
)

select
    region_id,
    quarter_start,
    draw,
    log_need,
    log_sd as structural_log_sd,
    p_max as probability_below_bound,
    least(
        exp(log_need + log_sd * ({{ probit('u') }})), exp(log_need + log_sd * z_max)
    ) as load_served,
from truncated
