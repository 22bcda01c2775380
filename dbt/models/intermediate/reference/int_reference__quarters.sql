-- The grid of the balance: whole quarters that had ended before the as-of day.
with build as (
    select as_of from {{ source('build', 'parameters') }}
),

starts as (
    select unnest(
        generate_series(
            date '{{ var("first_quarter") }}',
            build.as_of,
            interval 3 month
        )
    )::date as quarter_start,
    from build
),

quarters as (
    select
        quarter_start,
        (quarter_start + interval 3 month - interval 1 day)::date as quarter_end,
    from starts
)

select
    quarters.quarter_start,
    quarters.quarter_end,
    -- the day on which a curve is read for the quarter
    quarters.quarter_start + (date_diff('day', quarters.quarter_start, quarters.quarter_end) // 2)::integer
        as mid_quarter_on,
    year(quarters.quarter_start)::varchar || 'Q' || quarter(quarters.quarter_start)::varchar
        as quarter_label,
from quarters
cross join build
where quarters.quarter_end < build.as_of
