-- The load of a region in the quarters of the outlook, by path on every draw: needs of all kinds of work
-- with what the accounts of demand can miss, which grows with the root of time, under the condition that
-- no work is served on chips that do not exist; and what is wanted, over the stock. The last complete
-- quarter is as in the balance.
with needs as (
    select * from {{ ref('int_outlook__needs') }}
),

quarters as (
    select * from {{ ref('int_outlook__quarters') }}
    where quarters_ahead = 0
),

last_loads as (
    select
        loads.region_id,
        loads.draw,
        loads.structural_log_sd,
        deviates.z,
        deviates.z_bound,
    from {{ ref('int_demand__loads') }} as loads
    inner join quarters on loads.quarter_start = quarters.quarter_start
    inner join {{ ref('int_demand__structural_deviates') }} as deviates
        on
            loads.region_id = deviates.region_id
            and loads.quarter_start = deviates.quarter_start
            and loads.draw = deviates.draw
    where loads.draw <= {{ var('outlook_draws') }}
),

idle_shares as (
    select
        idle_shares.region_id,
        idle_shares.draw,
        idle_shares.owned_idle_share + idle_shares.reserved_idle_share as idle_share,
    from {{ ref('int_demand__idle_shares') }} as idle_shares
    inner join quarters on idle_shares.quarter_start = quarters.quarter_start
),

wanted_factors as (
    select * from {{ ref('int_outlook__wanted_factors') }}
),

structure as (
    select * from {{ constant_points('service_bound_sd', 'outlook_chain_error_growth') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

uniforms as (
    select
        last_loads.region_id,
        last_loads.draw,
        {{ uniform_deviate('build.seed', "'outlook:demand:' || last_loads.region_id", 'last_loads.draw') }}
            as u,
    from last_loads
    cross join build
),

deviates as (
    select
        region_id,
        draw,
        case when draw = 0 then 0 else {{ probit('u') }} end as z,
    from uniforms
),

-- without a reading of small jobs or of inference the load of the region is unknown
totals as (
    select
        path_id,
        quarter_start,
        region_id,
        draw,
        any_value(stock_ratio) as stock_ratio,
        any_value(years_ahead) as years_ahead,
        ln(sum(exp(log_need) order by workload_id)) as log_need,
        sum(exp(log_need) * runs_tokens_weight order by workload_id)
        / sum(exp(log_need) order by workload_id) as runs_tokens_weight,
    from needs
    group by path_id, quarter_start, region_id, draw
    having
        count(*) filter (where workload_id = 'training_small') = 1
        and count(*) filter (where workload_id = 'inference') = 1
),

errors as (
    select
        totals.*,
        last_loads.structural_log_sd,
        last_loads.z as z_now,
        last_loads.z_bound,
        deviates.z as z_ahead,
        structure.service_bound_sd,
        structure.outlook_chain_error_growth * sqrt(totals.years_ahead * (
            power(totals.runs_tokens_weight, 2) + power(1 - totals.runs_tokens_weight, 2)
        )) as added_log_sd,
    from totals
    inner join last_loads
        on
            totals.region_id = last_loads.region_id
            and totals.draw = last_loads.draw
    inner join deviates
        on
            totals.region_id = deviates.region_id
            and totals.draw = deviates.draw
    cross join structure
),

bounds as (
    select
        *,
        sqrt(power(structural_log_sd, 2) + power(added_log_sd, 2)) as log_sd,
        (structural_log_sd * z_now + added_log_sd * z_ahead)
        / sqrt(power(structural_log_sd, 2) + power(added_log_sd, 2)) as z,
        (service_bound_sd * z_bound - log_need)
        / sqrt(power(structural_log_sd, 2) + power(added_log_sd, 2)) as z_max,
    from errors
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
        greatest(p * p_max, 1e-12) as u,
    from probabilities
),

served as (
    select
        *,
        least(exp(log_need + log_sd * ({{ probit('u') }})), exp(log_need + log_sd * z_max))
            as load_served,
    from truncated
)

select
    served.path_id,
    served.quarter_start,
    served.region_id,
    served.draw,
    served.stock_ratio,
    served.log_need,
    served.load_served,
    wanted_factors.wanted_factor,
    least(coalesce(idle_shares.idle_share, 0), greatest(0, 1 - served.load_served)) as idle_share,
    served.load_served * wanted_factors.wanted_factor
    + least(coalesce(idle_shares.idle_share, 0), greatest(0, 1 - served.load_served)) as load_wanted,
from served
-- the simple rule says that it stays as it is
inner join wanted_factors
    on
        served.region_id = wanted_factors.region_id
        and served.draw = wanted_factors.draw
        and wanted_factors.quarter_start = case
            when served.path_id = 'mean_growth'
                then (select max(quarter_start) from quarters)
            else served.quarter_start
        end
left join idle_shares
    on
        served.region_id = idle_shares.region_id
        and served.draw = idle_shares.draw
