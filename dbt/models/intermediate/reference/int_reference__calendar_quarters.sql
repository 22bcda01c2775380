-- Every quarter that a table may speak of: from before the first fact to ten years ahead, for sites that
-- are planned. The quarters of the balance are marked; they have ended and are counted from the first
-- public shipments on.
with build as (
    select as_of from {{ source('build', 'parameters') }}
),

balance_quarters as (
    select quarter_start from {{ ref('int_reference__quarters') }}
),

starts as (
    select unnest(
        generate_series(
            date '{{ var("calendar_start") }}',
            date_trunc('year', build.as_of) + interval '{{ var("calendar_years_ahead") }}' year,
            interval 3 month
        )
    )::date as quarter_start,
    from build
)

select
    starts.quarter_start,
    (starts.quarter_start + interval 3 month - interval 1 day)::date as quarter_end,
    year(starts.quarter_start)::varchar || 'Q' || quarter(starts.quarter_start)::varchar
        as quarter_label,
    balance_quarters.quarter_start is not null as is_balance_quarter,
from starts
left join balance_quarters on starts.quarter_start = balance_quarters.quarter_start
