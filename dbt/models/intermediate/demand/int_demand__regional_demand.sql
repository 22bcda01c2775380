-- Demand by the region in which it is served, on every draw: part of the training and inference of
-- Chinese developers, and of the training of American ones, runs abroad and moves to the rest of
-- the world; nothing is lost on the way. This is the account of runs and tokens alone; what tables
-- show as served is pooled from it and from claims.
with own_demand as (
    select * from {{ ref('int_demand__own_demand') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

in_force as (
    select
        quarters.quarter_start,
        judged.parameter,
        judged.region_id,
        judged.workload_id,
        judged.draw,
        judged.value,
    from {{ assumption_draws('demand_abroad_share') }} as judged
    inner join quarters
        on
            coalesce(judged.valid_from <= quarters.quarter_start, true)
            and coalesce(judged.valid_to > quarters.quarter_start, true)
),

-- one share for training of both sizes, one for inference, one for the base
shares_abroad as (
    select
        quarter_start,
        region_id,
        draw,
        max(value) filter (where workload_id = 'training') as training_share,
        max(value) filter (where workload_id = 'inference') as inference_share,
        max(value) filter (where workload_id = 'base') as base_share,
    from in_force
    group by quarter_start, region_id, draw
),

leaving as (
    select
        own_demand.*,
        coalesce(own_demand.generative * case own_demand.workload_id
            when 'inference' then shares_abroad.inference_share
            else shares_abroad.training_share
        end, 0)
        + coalesce(own_demand.base_load * shares_abroad.base_share, 0) as moved_out,
        own_demand.region_id in (select region_id from shares_abroad) as can_leave,
    from own_demand
    left join shares_abroad
        on
            own_demand.quarter_start = shares_abroad.quarter_start
            and own_demand.region_id = shares_abroad.region_id
            and own_demand.draw = shares_abroad.draw
),

arriving as (
    select
        quarter_start,
        workload_id,
        draw,
        {{ exact_sum('moved_out') }} as moved_in,
        -- what moves from an unobserved demand is unobserved too
        count(generative) filter (where can_leave) > 0 as is_observed,
        bool_or(is_nowcast) filter (where can_leave) as is_nowcast,
    from leaving
    group by quarter_start, workload_id, draw
),

totals as (
    select
        leaving.region_id,
        leaving.quarter_start,
        leaving.workload_id,
        leaving.draw,
        leaving.observed_runs,
        leaving.unobserved_runs,
        leaving.experiments,
        leaving.small_runs,
        leaving.base_load,
        leaving.tokens,
        leaving.nontoken_generative,
        case when not leaving.can_leave and arriving.is_observed then arriving.moved_in end
            as moved_in,
        case when leaving.can_leave and leaving.generative is not null then leaving.moved_out end
            as moved_out,
        -- A part is no reading of demand: neither a base without generative work nor the reverse.
        -- Large jobs alone may consist of what moves in, where a region's own list shows none.
        case
            when leaving.workload_id = 'training_large'
                then case
                    when leaving.generative is not null or leaving.can_leave
                        then leaving.generative - leaving.moved_out
                    when arriving.is_observed then 0
                end
            else leaving.generative + leaving.base_load - leaving.moved_out
        end
        + case
            when leaving.can_leave or not arriving.is_observed then 0
            else arriving.moved_in
        end as runs_tokens_h100e,
        leaving.is_nowcast
        or (not leaving.can_leave and arriving.is_observed and arriving.is_nowcast) as is_nowcast,
    from leaving
    inner join arriving
        on
            leaving.quarter_start = arriving.quarter_start
            and leaving.workload_id = arriving.workload_id
            and leaving.draw = arriving.draw
)

select * from totals
