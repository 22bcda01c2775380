-- What arrives in China in the quarters ahead, by piece in each world of rules (and the expected one) on
-- every draw, in 8-bit H100 equivalents. Yearly
-- judgements are knots at the middle of their year, the last complete quarter is one in its own; straight
-- on the logarithm between them and level after the last. Packages of Huawei are held to what memory can
-- feed. There are no judged shares of quarters ahead.
with quarters as (
    select * from {{ ref('int_outlook__quarters') }}
),

vendor_flows as (
    select * from {{ ref('int_supply__vendor_flows') }}
    where
        region_id = 'CN'
        and draw <= {{ var('outlook_draws') }}
),

chip_draws as (
    select * from {{ ref('int_supply__chip_draws') }}
),

chips as (
    select * from {{ ref('int_reference__chips') }}
),

world_rows as (
    select * from {{ ref('int_outlook__world_rows') }}
),

worlds as (
    select world_id
    from {{ ref('int_outlook__worlds') }}
    where
        kind = 'rules'
        or world_id = 'expected'
),

all_judged as (
    select
        assumption_id,
        case parameter
            when 'outlook_domestic_units' then 'domestic'
            when 'outlook_licensed_units' then 'licensed'
            when 'outlook_other_cards' then 'other_cards'
            else 'diverted'
        end as piece,
        chip_id,
        valid_from,
        draw,
        value as units,
    from {{ assumption_draws(
        'outlook_domestic_units', 'outlook_licensed_units', 'outlook_other_cards',
        'outlook_diverted_units'
    ) }}
    where draw <= {{ var('outlook_draws') }}
),

judged as (
    select
        worlds.world_id,
        all_judged.*,
    from worlds
    cross join all_judged
    left join world_rows
        on
            worlds.world_id = world_rows.world_id
            and all_judged.assumption_id = world_rows.assumption_id
    where
        world_rows.assumption_id is not null
        or all_judged.piece in ('domestic', 'diverted')
),

memory as (
    select
        valid_from,
        draw,
        value as packages,
    from {{ assumption_draws('outlook_cn_hbm_packages') }}
),

measured as (
    select
        judged.world_id,
        judged.piece,
        judged.valid_from,
        judged.draw,
        judged.units * chip_draws.h100e_8bit as h100e_8bit,
        case
            when judged.piece = 'domestic' and chips.vendor = 'huawei'
                then sum(judged.units) over (
                    partition by
                        judged.world_id, judged.valid_from, judged.draw, judged.piece, chips.vendor
                    order by judged.chip_id
                    rows between unbounded preceding and unbounded following
                )
        end as fed_units,
        memory.packages,
    from judged
    inner join chips on judged.chip_id = chips.chip_id
    inner join chip_draws
        on
            judged.chip_id = chip_draws.chip_id
            and judged.draw = chip_draws.draw
    left join memory
        on
            judged.valid_from = memory.valid_from
            and judged.draw = memory.draw
),

yearly as (
    select
        world_id,
        piece,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        {{ exact_sum('h100e_8bit * least(1, coalesce(packages / fed_units, 1)) / 4') }} as h100e_8bit,
    from measured
    group by world_id, piece, valid_from, draw
),

last_quarter as (
    select
        vendor_flows.piece,
        (vendor_flows.quarter_start + interval 45 day)::date as on_date,
        vendor_flows.draw,
        {{ exact_sum('vendor_flows.h100e_8bit') }} as h100e_8bit,
    from vendor_flows
    inner join quarters
        on
            vendor_flows.quarter_start = quarters.quarter_start
            and quarters.quarters_ahead = 0
    group by vendor_flows.piece, vendor_flows.quarter_start, vendor_flows.draw
),

-- what no yearly judgement goes on with (chips that the counts track in China) ends
knots as (
    select
        world_id,
        piece,
        on_date,
        draw,
        h100e_8bit,
    from yearly

    union all

    select
        worlds.world_id,
        last_quarter.piece,
        last_quarter.on_date,
        last_quarter.draw,
        last_quarter.h100e_8bit,
    from last_quarter
    cross join worlds
    where last_quarter.piece in (select piece from yearly)
),

points as (
    select
        world_id || ' ' || piece as curve,
        world_id,
        piece,
        on_date,
        draw,
        ln(h100e_8bit) as scaled,
    from knots
    where h100e_8bit > 0
),

days as (
    select
        curves.curve,
        curves.world_id,
        curves.piece,
        quarters.quarter_start,
        (quarters.quarter_start + interval 45 day)::date as on_date,
    from quarters
    cross join (
        select
            curve,
            any_value(world_id) as world_id,
            any_value(piece) as piece,
        from points
        group by curve
    ) as curves
    where quarters.quarters_ahead > 0
),

{{ read_curves('points', 'days', 'placed') }}

select
    days.world_id,
    days.quarter_start,
    days.piece,
    placed.draw,
    exp(placed.scaled) as h100e_8bit,
from days
inner join placed
    on
        days.curve = placed.curve
        and days.on_date = placed.on_date
