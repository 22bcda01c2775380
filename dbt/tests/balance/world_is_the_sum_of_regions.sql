-- On every draw, for steps of supply and for both sides of the balance. Sums are kept to a
-- thousandth of an H100, hence the tolerance.
with supply as (
    select
        quarter_start,
        scenario_id || ' supply' as what,
        draw,
        sum(usable_large + usable_small + usable_inference) filter (where region_id = 'WORLD')
            as world,
        sum(usable_large + usable_small + usable_inference) filter (where region_id <> 'WORLD')
            as regions,
    from {{ ref('int_balance__supply_draws') }}
    group by all
),

balance as (
    select
        quarter_start,
        concat_ws(' ', scenario_id, workload_id, access) as what,
        draw,
        sum(supply_h100e - demand_h100e) filter (where region_id = 'WORLD') as world,
        case
            when count(supply_h100e - demand_h100e) filter (where region_id <> 'WORLD') = 3
                then sum(supply_h100e - demand_h100e) filter (where region_id <> 'WORLD')
        end as regions,
    from {{ ref('int_balance__balance_draws') }}
    group by all
),

sides as (
    select * from supply
    union all
    select * from balance
)

select *
from sides
where
    abs(world - regions) > 0.01
    or (world is null) <> (regions is null)
