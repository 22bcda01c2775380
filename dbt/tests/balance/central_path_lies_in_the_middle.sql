-- The central path is a draw like others, without its errors: of every step of supply and of wanted
-- demand it lies between the quartiles. A demand of a few runs only is left to a warning of its own
-- width: with one run in a window, timing decides between all and nothing. Quartiles of fewer than
-- 1,000 draws scatter: there fewer draws need lie beyond the path, by four times what that adds.
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
),

central_paths as (
    select
        quarter_start,
        region_id,
        what,
        h100e as central,
    from quantities
    where draw = 0
)

select
    quarter_start,
    region_id,
    what,
    quantile_cont(h100e, 0.25) as p25,
    any_value(central) as central,
    quantile_cont(h100e, 0.75) as p75,
    count(*) as draws,
    count(*) filter (where h100e <= central) as draws_up_to,
    count(*) filter (where h100e >= central) as draws_from,
    -- a share of a quarter scatters by 0.433 over the root of the number of draws
    0.25 + 1 / draws - 4 * 0.433 * greatest(0, 1 / sqrt(draws) - 1 / sqrt(1000)) as least_share,
from quantities
inner join central_paths using (quarter_start, region_id, what)
where draw > 0
group by quarter_start, region_id, what
having
    (any_value(central) < p25 and draws_up_to < least_share * draws)
    or (any_value(central) > p75 and draws_from < least_share * draws)
