-- The two quarters for which every claim is evaluated: that of the interview, and the newest one of
-- the grid, as soon as a later one has ended.
with claims as (
    select * from {{ ref('stg_seed_claims__seed_claims') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

said as (
    select date_trunc('quarter', max(said_on))::date as then_quarter
    from claims
),

newest as (
    select
        max(quarter_start) as latest_quarter,
        max(quarter_end) as latest_end,
    from quarters
)

select
    said.then_quarter,
    (said.then_quarter + interval 3 month - interval 1 day)::date as then_end,
    case when newest.latest_quarter > said.then_quarter then newest.latest_quarter end
        as latest_quarter,
    case when newest.latest_quarter > said.then_quarter then newest.latest_end end as latest_end,
from said
cross join newest
-- before the interview there is nothing to evaluate
where said.then_quarter is not null
