-- What is wanted over what is served in the quarters of the outlook, by region on every draw: from that of
-- the last complete quarter straight (on the logarithm) to the judgements of the years ahead, which nobody
-- has spoken of yet.
with quarters as (
    select
        *,
        (quarter_start + interval 45 day)::date as on_date,
    from {{ ref('int_outlook__quarters') }}
),

points as (
    select
        region_id as curve,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        ln(value) as scaled,
    from {{ assumption_draws('outlook_wanted_factor') }}
    where draw <= {{ var('outlook_draws') }}

    union all

    select
        wanted_factors.region_id as curve,
        quarters.on_date,
        wanted_factors.draw,
        ln(wanted_factors.wanted_factor) as scaled,
    from {{ ref('int_demand__wanted_factors') }} as wanted_factors
    inner join quarters
        on
            wanted_factors.quarter_start = quarters.quarter_start
            and quarters.quarters_ahead = 0
    where wanted_factors.draw <= {{ var('outlook_draws') }}
),

days as (
    select
        regions.curve,
        quarters.on_date,
    from quarters
    cross join (select curve from points group by curve) as regions
),

{{ read_curves('points', 'days', 'placed') }}

select
    quarters.quarter_start,
    placed.curve as region_id,
    placed.draw,
    -- what is served is wanted
    greatest(1, exp(placed.scaled)) as wanted_factor,
from placed
inner join quarters on placed.on_date = quarters.on_date
