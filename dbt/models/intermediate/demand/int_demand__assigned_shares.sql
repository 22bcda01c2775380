-- How much of the Chinese stock is assigned to somebody, over what is normally assignable, on every
-- draw: platforms fill their chips otherwise than everyone else, and a platform's chip can always be
-- assigned. Shares of owners are those of the stock of the draw.
with stock as (
    select * from {{ ref('int_supply__stock') }}
    where
        region_id = 'CN'
        and scenario_id = 'baseline'
),

owner_shares as (
    select * from {{ ref('int_supply__china_owner_shares') }}
    where owner_type = 'hyperscaler'
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

platform_shares as (
    select
        stock.quarter_start,
        stock.draw,
        {{ exact_sum('stock.deployed_8bit * owner_shares.owner_share') }}
        / nullif({{ exact_sum('stock.deployed_8bit') }}, 0) as platform_share,
    from stock
    inner join owner_shares
        on
            stock.region_id = owner_shares.region_id
            and stock.origin = owner_shares.origin
            and stock.draw = owner_shares.draw
    group by stock.quarter_start, stock.draw
),

assigned_points as (
    select
        owner_group as curve,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        ln(value / (1 - value)) as scaled,
    from {{ assumption_draws('assigned_share') }}
),

assigned_days as (
    select
        owner_groups.curve,
        quarters.quarter_start,
        quarters.mid_quarter_on as on_date,
    from (select curve from assigned_points group by curve) as owner_groups
    cross join quarters
),

{{ place_between_points('assigned_points', 'assigned_days', 'places') }},

assigned as (
    select
        assigned_days.quarter_start,
        firsts.draw,
        max(1 / (1 + exp(-(
            firsts.scaled + places.inside_weight * (seconds.scaled - firsts.scaled)
        )))) filter (where places.curve = 'hyperscaler') as platform_assigned,
        max(1 / (1 + exp(-(
            firsts.scaled + places.inside_weight * (seconds.scaled - firsts.scaled)
        )))) filter (where places.curve = 'other') as other_assigned,
    from assigned_days
    inner join places
        on
            assigned_days.curve = places.curve
            and assigned_days.on_date = places.on_date
    inner join assigned_points as firsts
        on
            places.curve = firsts.curve
            and places.first_on = firsts.on_date
    inner join assigned_points as seconds
        on
            places.curve = seconds.curve
            and places.second_on = seconds.on_date
            and firsts.draw = seconds.draw
    group by assigned_days.quarter_start, firsts.draw
),

assignable as (
    select
        draw,
        value as other_assignable,
    from {{ assumption_draws('assignable_share') }}
)

select
    'CN' as region_id,
    platform_shares.quarter_start,
    platform_shares.draw,
    platform_shares.platform_share,
    (
        platform_shares.platform_share * assigned.platform_assigned
        + (1 - platform_shares.platform_share) * assigned.other_assigned
    ) / (
        platform_shares.platform_share
        + (1 - platform_shares.platform_share) * assignable.other_assignable
    ) as assigned_over_assignable,
from platform_shares
inner join assigned
    on
        platform_shares.quarter_start = assigned.quarter_start
        and platform_shares.draw = assigned.draw
inner join assignable on platform_shares.draw = assignable.draw
where platform_shares.platform_share is not null
