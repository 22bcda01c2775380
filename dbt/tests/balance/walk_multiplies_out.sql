-- Every step of the walk follows from the one before it, the supply and demand of the figures are
-- those of the balance on the central path, and the parts by owner and origin multiply out and add up
-- to what is usable and offered. Products may differ from the balance by rounding to thousandths of
-- an H100 only, per part of a sum.
with walk as (
    select * from {{ ref('fct_balance_walk') }}
),

parts as (
    select * from {{ ref('int_balance__walk_parts') }}
),

balance_draws as (
    select * from {{ ref('int_balance__balance_draws') }}
    where draw = 0 and scenario_id = 'baseline'
),

in_order as (
    select
        *,
        lag(value) over (
            partition by quarter_start, region_id, workload_id, access, section order by place
        ) as value_before,
        -- the first of the figures goes on from the last step of supply
        max(value) filter (where section = 'supply' and step = case access
            when 'all' then 'usable' else 'merchant'
        end) over (partition by quarter_start, region_id, workload_id, access) as last_supply,
    from walk
),

worked_out as (
    select
        *,
        case
            when section = 'balance' and step = 'supply' then last_supply
            else value_before
        end as operand_before,
    from in_order
),

steps as (
    select
        quarter_start,
        region_id,
        workload_id,
        access,
        section || ' ' || step as subject,
        value,
        case operation
            when 'start' then operand
            when 'times' then operand_before * operand
            when 'plus' then operand_before + operand
            when 'minus' then operand_before - operand
        end as expected,
    from worked_out
    where
        operation in ('times', 'plus', 'minus')
        or (operation = 'start' and operand is not null)

    union all

    -- runs and tokens are what is left after the moves
    select
        quarter_start,
        region_id,
        workload_id,
        access,
        section || ' ' || step as subject,
        value,
        value_before as expected,
    from worked_out
    where section = 'demand' and step = 'runs_tokens' and value_before is not null

    union all

    select
        balance_draws.quarter_start,
        balance_draws.region_id,
        balance_draws.workload_id,
        balance_draws.access,
        'balance ' || sides.step as subject,
        walk.value,
        case sides.step
            when 'supply' then balance_draws.supply_h100e
            when 'demand' then balance_draws.demand_h100e
        end as expected,
    from balance_draws
    cross join (values ('supply'), ('demand')) as sides (step)
    left join walk
        on
            balance_draws.quarter_start = walk.quarter_start
            and balance_draws.region_id = walk.region_id
            and balance_draws.workload_id = walk.workload_id
            and balance_draws.access = walk.access
            and walk.section = 'balance'
            and sides.step = walk.step

    union all

    -- the demand that was walked to is that of the balance
    select
        balance_draws.quarter_start,
        balance_draws.region_id,
        balance_draws.workload_id,
        balance_draws.access,
        'walked demand' as subject,
        walk.value,
        balance_draws.demand_h100e as expected,
    from balance_draws
    left join walk
        on
            balance_draws.quarter_start = walk.quarter_start
            and balance_draws.region_id = walk.region_id
            and balance_draws.workload_id = walk.workload_id
            and balance_draws.access = walk.access
            and walk.section = 'demand'
            and walk.step = case balance_draws.access when 'all' then 'wanted' else 'rented' end
    where balance_draws.region_id <> 'WORLD'

    union all

    select
        quarter_start,
        region_id,
        workload_id,
        'merchant' as access,
        'part ' || owner || ' ' || origin as subject,
        merchant as value,
        deployed * powered_share
        * coalesce(training_grade / nullif(powered, 0), 1) * coalesce(cluster_share, 1)
        * coalesce(utilisation, 1) * coalesce(goodput, 1) * software_factor * occupancy
        * merchant_share as expected,
    from parts

    union all

    select
        parts.quarter_start,
        parts.region_id,
        parts.workload_id,
        'all' as access,
        'sum of parts' as subject,
        sum(parts.usable) as value,
        any_value(walk.value) as expected,
    from parts
    inner join walk
        on
            parts.quarter_start = walk.quarter_start
            and parts.region_id = walk.region_id
            and parts.workload_id = walk.workload_id
            and walk.access = 'all'
            and walk.section = 'supply'
            and walk.step = 'usable'
    group by parts.quarter_start, parts.region_id, parts.workload_id
)

select *
from steps
where
    (value is null) <> (expected is null)
    or abs(value - expected) > 0.01 + 1e-9 * abs(expected)
