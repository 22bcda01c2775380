-- The second account of demand, on every draw, as shares of the powered stock. United States: claims
-- of all segments by kind of work; a claim is capacity that somebody pays for, so that normal idle
-- time is inside it, as it is in the stock. China: no account of money is public, so how much of the
-- stock is assigned over what is normally assignable, by groups of owners; an account of use, split
-- over kinds of work as in the first account.
with segment_claims as (
    select * from {{ ref('int_demand__segment_claims') }}
),

stock_shares as (
    select * from {{ ref('int_demand__stock_shares') }}
),

assigned_shares as (
    select * from {{ ref('int_demand__assigned_shares') }}
),

first_needs as (
    select * from {{ ref('int_demand__run_token_needs') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

noises as (
    select
        draw,
        claim_mix_noise as log_sd,
    from {{ constant_draws('claim_mix_noise') }}
),

-- a quarter after the last anchor of any segment continues older facts
continued as (
    select
        quarter_start,
        bool_or(is_nowcast) as is_nowcast,
    from segment_claims
    where draw = 0
    group by quarter_start
),

by_workload as (
    select
        quarter_start,
        draw,
        unnest(['training_large', 'training_small', 'inference']) as workload_id,
        unnest([
            us_h100e_8bit * (1 - inference_share) * large_share_of_training,
            us_h100e_8bit * (1 - inference_share) * (1 - large_share_of_training),
            us_h100e_8bit * inference_share
        ]) as h100e_8bit,
    from segment_claims
),

sums as (
    select
        quarter_start,
        draw,
        workload_id,
        {{ exact_sum('h100e_8bit') }} as h100e_8bit,
    from by_workload
    group by quarter_start, draw, workload_id
),

-- one deviate for each kind of work: how claims split is known less well than their sum
uniforms as (
    select
        workloads.workload_id,
        noises.draw,
        noises.log_sd,
        {{ uniform_deviate('build.seed', "'claim-mix:' || workloads.workload_id", 'noises.draw') }}
            as u,
    from (select unnest(['training_large', 'training_small', 'inference']) as workload_id)
        as workloads
    cross join noises
    cross join build
),

factors as (
    select
        workload_id,
        draw,
        case when draw = 0 then 1.0 else exp(log_sd * ({{ probit('u') }})) end as factor,
    from uniforms
),

american as (
    select
        'US' as region_id,
        sums.quarter_start,
        sums.workload_id,
        sums.draw,
        sums.h100e_8bit * factors.factor / stock_shares.powered_h100e_8bit as need,
        continued.is_nowcast,
    from sums
    inner join continued on sums.quarter_start = continued.quarter_start
    inner join factors
        on
            sums.workload_id = factors.workload_id
            and sums.draw = factors.draw
    inner join stock_shares
        on
            stock_shares.region_id = 'US'
            and sums.quarter_start = stock_shares.quarter_start
            and sums.workload_id = stock_shares.workload_id
            and sums.draw = stock_shares.draw
),

first_totals as (
    select
        region_id,
        quarter_start,
        draw,
        sum(need order by workload_id) as need,
    from first_needs
    group by region_id, quarter_start, draw
),

chinese as (
    select
        first_needs.region_id,
        first_needs.quarter_start,
        first_needs.workload_id,
        first_needs.draw,
        assigned_shares.assigned_over_assignable * first_needs.need / first_totals.need as need,
        first_needs.is_nowcast,
    from first_needs
    inner join first_totals
        on
            first_needs.region_id = first_totals.region_id
            and first_needs.quarter_start = first_totals.quarter_start
            and first_needs.draw = first_totals.draw
    inner join assigned_shares
        on
            first_needs.region_id = assigned_shares.region_id
            and first_needs.quarter_start = assigned_shares.quarter_start
            and first_needs.draw = assigned_shares.draw
)

select * from american
union all
select * from chinese
