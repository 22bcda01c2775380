-- What arrives in China in the quarters ahead, by piece on every draw, in 8-bit H100 equivalents. Yearly
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

judged as (
    select
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

memory as (
    select
        valid_from,
        draw,
        value as packages,
    from {{ assumption_draws('outlook_cn_hbm_packages') }}
),

measured as (
    select
        judged.piece,
        judged.valid_from,
        judged.draw,
        judged.units * chip_draws.h100e_8bit as h100e_8bit,
        case
            when judged.piece = 'domestic' and chips.vendor = 'huawei'
                then sum(judged.units) over (
                    partition by judged.valid_from, judged.draw, judged.piece, chips.vendor
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
        piece,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        {{ exact_sum('h100e_8bit * least(1, coalesce(packages / fed_units, 1)) / 4') }} as h100e_8bit,
    from measured
    group by piece, valid_from, draw
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
    select * from yearly

    union all

    select * from last_quarter
    where piece in (select piece from yearly)
),

points as (
    select
        piece as curve,
        on_date,
    from knots
    group by piece, on_date
),

days as (
    select
        points.curve,
        (quarters.quarter_start + interval 45 day)::date as on_date,
    from quarters
    cross join (select distinct curve from points) as points
    where quarters.quarters_ahead > 0
),

{{ place_between_points('points', 'days', 'placed') }}

select
    quarters.quarter_start,
    placed.curve as piece,
    first_knots.draw,
    exp(
        (1 - placed.inside_weight) * ln(first_knots.h100e_8bit)
        + placed.inside_weight * ln(second_knots.h100e_8bit)
    ) as h100e_8bit,
from placed
inner join quarters on placed.on_date = (quarters.quarter_start + interval 45 day)::date
inner join knots as first_knots
    on
        placed.curve = first_knots.piece
        and placed.first_on = first_knots.on_date
inner join knots as second_knots
    on
        placed.curve = second_knots.piece
        and placed.second_on = second_knots.on_date
        and first_knots.draw = second_knots.draw
where
    first_knots.h100e_8bit > 0
    and second_knots.h100e_8bit > 0
