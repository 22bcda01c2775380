-- How demand goes on from the last complete quarter, by region, kind of work and account on every draw, as
-- logarithms. Runs and tokens: tokens by a judged part of their last slope times compute per token, training
-- by the judged growth of runs. Claims by their judged growth of the year; contracts of capacity that is not
-- live are no claims yet.
with quarters as (
    select
        *,
        (quarter_start + interval 45 day)::date as on_date,
    from {{ ref('int_outlook__quarters') }}
),

curve_knots as (
    select * from {{ ref('int_demand__curve_knots') }}
    where
        draw <= {{ var('outlook_draws') }}
        and curve <> 'compute_per_token'
),

curves as (
    select * from {{ ref('int_demand__curves') }}
    where draw <= {{ var('outlook_draws') }}
),

-- the last slope runs over nine months at least: two readings of one season tell no trend
last_points as (
    select
        curve,
        draw,
        max(on_date) as on_date,
        arg_max(ln(value), on_date) as log_tokens,
    from curve_knots
    group by curve, draw
),

slopes as (
    select
        last_points.curve,
        last_points.draw,
        arg_max(
            (last_points.log_tokens - ln(earlier.value))
            / date_diff('day', earlier.on_date, last_points.on_date) * 365.25 / 4,
            earlier.on_date
        ) as log_growth_per_quarter,
    from last_points
    inner join curve_knots as earlier
        on
            last_points.curve = earlier.curve
            and last_points.draw = earlier.draw
            and (last_points.on_date - interval 9 month)::date >= earlier.on_date
    group by last_points.curve, last_points.draw
),

-- in China the reading that is the larger one in the last complete quarter
read_curves as (
    select
        case curves.curve when 'us' then ['US', 'ROW'] else ['CN'] end as region_ids,
        curves.draw,
        curves.curve,
    from curves
    inner join quarters
        on curves.quarter_start = quarters.quarter_start and quarters.quarters_ahead = 0
    where curves.curve <> 'compute_per_token'
    qualify row_number() over (
        partition by curves.curve = 'us', curves.draw
        order by curves.value desc, curves.curve asc
    ) = 1
),

token_growth as (
    select
        unnest(read_curves.region_ids) as region_id,
        read_curves.draw,
        slopes.log_growth_per_quarter * slope_parts.outlook_token_slope as log_growth_per_quarter,
    from read_curves
    inner join slopes on read_curves.curve = slopes.curve and read_curves.draw = slopes.draw
    inner join {{ constant_draws('outlook_token_slope') }} as slope_parts
        on read_curves.draw = slope_parts.draw
),

compute_points as (
    select
        'compute_per_token' as curve,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        ln(value) as scaled,
    from {{ assumption_draws('outlook_compute_per_token') }}
    where draw <= {{ var('outlook_draws') }}

    union all

    select
        curves.curve,
        quarters.on_date,
        curves.draw,
        ln(curves.value) as scaled,
    from curves
    inner join quarters
        on curves.quarter_start = quarters.quarter_start and quarters.quarters_ahead = 0
    where curves.curve = 'compute_per_token'
),

compute_days as (
    select
        'compute_per_token' as curve,
        on_date,
    from quarters
),

{{ read_curves('compute_points', 'compute_days', 'compute_placed') }},

compute_growth as (
    select
        quarters.quarter_start,
        placed.draw,
        placed.scaled - first_value(placed.scaled) over (
            partition by placed.draw
            order by quarters.quarter_start
        ) as log_growth,
    from compute_placed as placed
    inner join quarters on placed.on_date = quarters.on_date
),

run_growth as (
    select
        region_id,
        draw,
        arg_max(ln(value) / 4, valid_from) as log_growth_per_quarter,
    from {{ assumption_draws('final_run_growth') }}
    where draw <= {{ var('outlook_draws') }}
    group by region_id, draw
),

claim_rates as (
    select
        valid_from,
        lag(valid_from) over (partition by draw order by valid_from) is null as is_first,
        valid_to,
        draw,
        ln(value) / 4 as log_growth_per_quarter,
    from {{ assumption_draws('outlook_claims_growth') }}
    where draw <= {{ var('outlook_draws') }}
),

-- the growth of the first year is that of the quarters before it, too
claim_growth as (
    select
        quarters.quarter_start,
        rates.draw,
        sum(case when quarters.quarters_ahead = 0 then 0 else rates.log_growth_per_quarter end) over (
            partition by rates.draw
            order by quarters.quarter_start
            rows between unbounded preceding and current row
        ) as log_growth,
    from quarters
    inner join claim_rates as rates
        on
            (rates.is_first or rates.valid_from <= quarters.quarter_start)
            and coalesce(rates.valid_to > quarters.quarter_start, true)
)

select
    'runs_tokens' as chain,
    token_growth.region_id,
    quarters.quarter_start,
    'inference' as workload_id,
    token_growth.draw,
    token_growth.log_growth_per_quarter * quarters.quarters_ahead + compute_growth.log_growth
        as log_growth,
from token_growth
cross join quarters
inner join compute_growth
    on
        token_growth.draw = compute_growth.draw
        and quarters.quarter_start = compute_growth.quarter_start

union all

select
    'runs_tokens' as chain,
    run_growth.region_id,
    quarters.quarter_start,
    workloads.workload_id,
    run_growth.draw,
    run_growth.log_growth_per_quarter * quarters.quarters_ahead as log_growth,
from run_growth
cross join (values ('training_large'), ('training_small')) as workloads (workload_id)
cross join quarters

union all

select
    'claims' as chain,
    regions.region_id,
    claim_growth.quarter_start,
    workloads.workload_id,
    claim_growth.draw,
    claim_growth.log_growth,
from claim_growth
cross join (values ('US'), ('CN')) as regions (region_id)
cross join (values ('training_large'), ('training_small'), ('inference')) as workloads (workload_id)
