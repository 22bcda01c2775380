-- Up to which quarter the list of runs is taken as complete, by region. Models appear months after
-- their training, and since a judged day hardly any compute is published: the list ends before
-- whichever comes first. Before that it ends with the last quarter whose large runs do not fall far
-- below the mean of the year before them: a list that still grows does not. An earlier as-of day has
-- its own, earlier end.
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

floors as (
    select run_coverage_floor as share_of_year_before
    from {{ constant_points('run_coverage_floor') }}
),

settled as (
    select max(quarters.quarter_start) as quarter_start
    from quarters
    cross join build
    cross join release_lags
    where quarters.quarter_end + release_lags.days::integer <= build.as_of
),

latest as (
    select
        growths.region_id,
        least(
            settled.quarter_start,
            (date_trunc('quarter', growths.valid_from) - interval 3 month)::date
        ) as quarter_start,
    from {{ assumption_points('final_run_growth') }} as growths
    cross join settled
    where exists (select 1 from training_runs)
),

-- compute of large runs that falls into each quarter, by central values
large_flop as (
    select
        latest.region_id,
        quarters.quarter_start,
        coalesce(sum(
            training_runs.flop
            * (
                least(training_runs.central_end_on, quarters.quarter_end + 1)
                - greatest(training_runs.central_start_on, quarters.quarter_start)
            )
            / nullif(training_runs.central_end_on - training_runs.central_start_on, 0)
            order by training_runs.model_id
        ), 0) as flop,
    from latest
    inner join quarters on latest.quarter_start >= quarters.quarter_start
    left join training_runs
        on
            latest.region_id = training_runs.region_id
            and training_runs.is_large
            and training_runs.central_start_on <= quarters.quarter_end
            and training_runs.central_end_on > quarters.quarter_start
    group by latest.region_id, quarters.quarter_start
),

compared as (
    select
        region_id,
        quarter_start,
        flop,
        avg(flop) over year_before as mean_before,
        count(*) over year_before as quarters_before,
    from large_flop
    window year_before as (
        partition by region_id
        order by quarter_start
        rows between 4 preceding and 1 preceding
    )
),

-- a region without a year of large runs to compare with keeps the latest quarter
steady as (
    select
        compared.region_id,
        max(compared.quarter_start) as quarter_start,
    from compared
    cross join floors
    where
        compared.quarters_before = 4
        and compared.mean_before > 0
        and compared.flop >= floors.share_of_year_before * compared.mean_before
    group by compared.region_id
)

select
    latest.region_id,
    coalesce(steady.quarter_start, latest.quarter_start) as last_covered_quarter,
from latest
left join steady on latest.region_id = steady.region_id
