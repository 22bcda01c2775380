-- Growth of a series from quarter to quarter, over makers that deliver in both: a maker that enters
-- the counts is a break and no growth.
with deliveries as (
    select * from {{ ref('int_outlook__series_deliveries') }}
)

select
    later.series_kind,
    later.series_id,
    later.quarter_start,
    bool_and(later.is_counted) as is_counted,
    ln({{ exact_sum('later.h100e_8bit') }} / {{ exact_sum('earlier.h100e_8bit') }}) as log_growth,
from deliveries as later
inner join deliveries as earlier
    on
        later.series_kind = earlier.series_kind
        and later.series_id = earlier.series_id
        and later.vendor = earlier.vendor
        and earlier.quarter_start = (later.quarter_start - interval 3 month)::date
where
    later.h100e_8bit > 0
    and earlier.h100e_8bit > 0
group by later.series_kind, later.series_id, later.quarter_start
