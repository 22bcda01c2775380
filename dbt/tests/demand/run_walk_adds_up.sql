-- The runs shown behind observed demand add up to those of the demand model on the central path, up
-- to its rounding of a sum to thousandths of an H100.
with run_walk as (
    select
        region_id,
        is_large,
        quarter_start,
        sum(h100e) as h100e,
    from {{ ref('int_demand__run_walk') }}
    group by region_id, is_large, quarter_start
),

run_quarters as (
    select * from {{ ref('int_demand__run_quarters') }} where draw = 0
)

select
    run_quarters.region_id,
    run_quarters.is_large,
    run_quarters.quarter_start,
    run_quarters.h100e as expected,
    run_walk.h100e as found,
from run_quarters
left join run_walk
    on
        run_quarters.region_id = run_walk.region_id
        and run_quarters.is_large = run_walk.is_large
        and run_quarters.quarter_start = run_walk.quarter_start
where
    run_quarters.h100e > 0
    and (run_walk.h100e is null or abs(run_quarters.h100e - run_walk.h100e) > 0.1)
