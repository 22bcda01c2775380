-- The central path is a draw like others, without its errors: of every step of supply and of wanted
-- demand it lies between the quartiles. A demand of a few runs only is left to a warning of its own
-- width: with one run in a window, timing decides between all and nothing.
with supply as (
    unpivot (
        select
            * exclude (scenario_id),
        from {{ ref('int_balance__supply_draws') }}
        where scenario_id = 'baseline'
    )
    on columns(* exclude (quarter_start, region_id, draw))
    into
    name what
    value h100e
),

demand as (
    select
        quarter_start,
        region_id,
        draw,
        workload_id || ' wanted' as what,
        wanted as h100e,
    from {{ ref('int_demand__regional_service') }}
    -- of the first year of large runs the list shows one or two
    where not (workload_id = 'training_large' and quarter_start < date '2023-01-01')
),

quantities as (
    select
        quarter_start,
        region_id,
        draw,
        what,
        h100e,
    from supply
    union all by name
    select * from demand
)

select
    quarter_start,
    region_id,
    what,
    quantile_cont(h100e, 0.25) filter (where draw > 0) as p25,
    max(h100e) filter (where draw = 0) as central,
    quantile_cont(h100e, 0.75) filter (where draw > 0) as p75,
from quantities
group by quarter_start, region_id, what
having
    central < p25
    or central > p75
