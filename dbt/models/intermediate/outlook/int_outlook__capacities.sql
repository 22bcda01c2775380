-- What limits deliveries outside China in each quarter of the outlook, in each world of growth on every
-- draw: wafers that packaging took a quarter before, memory of a quarter before, money of the quarter, and
-- power that goes live in the quarter and in the next. Yearly judgements are knots at the middle of their
-- year, straight on the logarithm.
with quarters as (
    select * from {{ ref('int_outlook__quarters') }}
    where quarters_ahead > 0
),

world_rows as (
    select * from {{ ref('int_outlook__world_rows') }}
    where kind = 'growth'
),

judged as (
    select *
    from {{ assumption_draws(
        'outlook_packaging_wafers', 'outlook_hbm_level', 'outlook_hbm_growth', 'outlook_spending_level',
        'accelerator_spending_growth', 'outlook_live_power_added'
    ) }}
    where draw <= {{ var('outlook_draws') }}
),

-- what no world changes holds in all
placed_judgements as (
    select
        worlds.world_id,
        case judged.parameter
            when 'outlook_packaging_wafers' then 'packaging'
            when 'outlook_live_power_added' then 'power ' || judged.region_id
            when 'outlook_hbm_level' then 'memory'
            when 'outlook_hbm_growth' then 'memory'
            else 'money'
        end as limit_id,
        judged.parameter in (
            'outlook_hbm_level', 'outlook_hbm_growth', 'outlook_spending_level',
            'accelerator_spending_growth'
        ) as is_carried_on,
        judged.valid_from,
        judged.draw,
        ln(judged.value) as log_value,
    from {{ ref('int_outlook__worlds') }} as worlds
    cross join judged
    left join world_rows
        on
            worlds.world_id = world_rows.world_id
            and judged.assumption_id = world_rows.assumption_id
    where
        worlds.kind = 'growth'
        and (
            world_rows.assumption_id is not null
            or judged.parameter in (
                'outlook_packaging_wafers', 'outlook_hbm_level', 'outlook_spending_level'
            )
        )
),

-- a level is carried on by yearly growth; a quarter of the year
knots as (
    select
        world_id,
        limit_id,
        world_id || ' ' || limit_id as curve,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        case
            when is_carried_on
                then sum(log_value) over (
                    partition by world_id, limit_id, draw
                    order by valid_from
                    rows between unbounded preceding and current row
                )
            else log_value
        end - ln(4) as scaled,
    from placed_judgements
),

-- packaging and memory go into what is delivered a quarter later; what is powered was delivered a quarter
-- before
asked as (
    select
        limits.curve,
        limits.world_id,
        limits.limit_id,
        quarters.quarter_start,
        quarters.quarters_ahead,
        shifts.months_shift,
        (quarters.quarter_start + to_months(shifts.months_shift) + interval 45 day)::date as on_date,
    from quarters
    cross join (
        select
            curve,
            any_value(world_id) as world_id,
            any_value(limit_id) as limit_id,
        from knots
        group by curve
    ) as limits
    inner join (
        values ('packaging', -3), ('memory', -3), ('money', 0), ('power', 0), ('power', 3)
    ) as shifts (limit_kind, months_shift)
        on split_part(limits.limit_id, ' ', 1) = shifts.limit_kind
),

{{ read_curves('knots', 'asked', 'placed') }},

amounts as (
    select
        asked.*,
        placed.draw,
        exp(placed.scaled) as amount,
    from asked
    inner join placed
        on
            asked.curve = placed.curve
            and asked.on_date = placed.on_date
)

select
    world_id,
    quarter_start,
    quarters_ahead,
    draw,
    max(amount) filter (where limit_id = 'packaging') as packaging_wafers,
    max(amount) filter (where limit_id = 'memory') as memory_exabytes,
    max(amount) filter (where limit_id = 'money') as money_usd_bn,
    {%- for region in ['us', 'row'] %}
    1000 * max(amount) filter (where limit_id = 'power {{ region | upper }}' and months_shift = 0)
        as {{ region }}_power_mw,
    1000 * max(amount) filter (where limit_id = 'power {{ region | upper }}' and months_shift = 3)
        as {{ region }}_next_power_mw,
    {%- endfor %}
from amounts
group by world_id, quarter_start, quarters_ahead, draw
