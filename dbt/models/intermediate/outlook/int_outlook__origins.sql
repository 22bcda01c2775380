-- From where outlooks are made: for the record, each counted quarter as if nothing later were known
-- (periods and statements after its last day are not read), as far ahead as is counted today; and the
-- present one, which starts after the last complete quarter. `steps_before` are the quarters between
-- the last count and the start, `last_draw` ends the draws that are taken.
with quarter_coverage as (
    select * from {{ ref('int_supply__quarter_coverage') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

outlook_quarters as (
    select
        max(last_counted_quarter) as last_counted_quarter,
        max(last_complete_quarter) as last_complete_quarter,
    from {{ ref('int_outlook__quarters') }}
),

build as (
    select as_of from {{ source('build', 'parameters') }}
)

select
    'backtest-' || quarters.quarter_label as origin_id,
    'backtest' as origin_kind,
    quarters.quarter_start as origin_quarter,
    quarters.quarter_start as start_quarter,
    quarters.quarter_end as known_to,
    0 as steps_before,
    least(
        {{ var('outlook_scored_quarters') }},
        date_diff('quarter', quarters.quarter_start, outlook_quarters.last_counted_quarter)
    )::integer as steps,
    {{ var('outlook_record_draws') }} as last_draw,
from quarters
inner join quarter_coverage on quarters.quarter_start = quarter_coverage.quarter_start
cross join outlook_quarters
where
    quarters.quarter_start >= date '{{ var("outlook_first_origin") }}'
    and quarters.quarter_start < outlook_quarters.last_counted_quarter
    and not quarter_coverage.is_nowcast

union all

select
    'present' as origin_id,
    'present' as origin_kind,
    outlook_quarters.last_counted_quarter as origin_quarter,
    outlook_quarters.last_complete_quarter as start_quarter,
    build.as_of as known_to,
    date_diff(
        'quarter', outlook_quarters.last_counted_quarter, outlook_quarters.last_complete_quarter
    )::integer as steps_before,
    {{ var('outlook_quarters_ahead') }} as steps,
    {{ var('outlook_draws') }} as last_draw,
from outlook_quarters
cross join build
where outlook_quarters.last_counted_quarter is not null
