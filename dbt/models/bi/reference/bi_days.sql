-- every day of the quarters that a table may speak of
with days as (
    select
        unnest(generate_series(quarter_start, quarter_end, interval 1 day))::date as day,
        quarter_start,
        quarter_label,
    from {{ published('dim_quarter') }}
)

select
    day,
    date_trunc('month', day)::date as month_start,
    quarter_start,
    quarter_label,
from days
