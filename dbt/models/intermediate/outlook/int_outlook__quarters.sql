-- The quarters of the outlook, from the last complete one on, with their distance from it and from the
-- last quarter of which the greater part of deliveries is counted.
with quarters as (
    select * from {{ ref('int_reference__calendar_quarters') }}
),

quarter_coverage as (
    select * from {{ ref('int_supply__quarter_coverage') }}
),

ends as (
    select
        max(quarters.quarter_start) filter (where quarters.is_balance_quarter)
            as last_complete_quarter,
        max(quarters.quarter_start) filter (where not quarter_coverage.is_nowcast)
            as last_counted_quarter,
    from quarters
    left join quarter_coverage on quarters.quarter_start = quarter_coverage.quarter_start
)

select
    quarters.quarter_start,
    quarters.quarter_end,
    quarters.quarter_label,
    ends.last_complete_quarter,
    ends.last_counted_quarter,
    date_diff('quarter', ends.last_complete_quarter, quarters.quarter_start)::integer
        as quarters_ahead,
    date_diff('quarter', ends.last_counted_quarter, quarters.quarter_start)::integer
        as quarters_after_last_count,
from quarters
cross join ends
where
    quarters.quarter_start >= ends.last_complete_quarter
    and date_diff('quarter', ends.last_complete_quarter, quarters.quarter_start)
    <= {{ var('outlook_quarters_ahead') }}
    and ends.last_counted_quarter is not null
