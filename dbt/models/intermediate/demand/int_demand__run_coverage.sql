-- Up to which quarter the list of runs is taken as complete, by region. Models appear months after
-- their training, and since a judged day hardly any compute is published: the list ends before
-- whichever comes first. An earlier as-of day has its own, earlier end.
with training_runs as (
    select * from {{ ref('int_demand__training_runs') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

build as (
    select as_of from {{ source('build', 'parameters') }}
),

-- the slow end of the lag between training and release
release_lags as (
    select value_high as days
    from {{ assumption_points('release_lag_days') }}
),

settled as (
    select max(quarters.quarter_start) as quarter_start
    from quarters
    cross join build
    cross join release_lags
    where quarters.quarter_end + release_lags.days::integer <= build.as_of
)

select
    growths.region_id,
    least(
        settled.quarter_start,
        (date_trunc('quarter', growths.valid_from) - interval 3 month)::date
    ) as last_covered_quarter,
from {{ assumption_points('final_run_growth') }} as growths
cross join settled
where exists (select 1 from training_runs)
