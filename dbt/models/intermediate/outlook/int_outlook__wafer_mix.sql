-- What a wafer of accelerators holds in each quarter of the outlook, in each world of growth on every draw:
-- H100 equivalents, memory, IT power and money, by the classes of packages that it is cut into. Judged shares
-- are straight between their days; Blackwell is what the other classes leave.
with quarters as (
    select * from {{ ref('int_outlook__quarters') }}
),

world_rows as (
    select * from {{ ref('int_outlook__world_rows') }}
    where kind = 'growth'
),

judged as (
    select
        world_rows.world_id,
        judged.package_class,
        world_rows.world_id || ' ' || judged.package_class as curve,
        judged.valid_from as on_date,
        judged.draw,
        judged.value as scaled,
    from {{ assumption_draws('outlook_wafer_share') }} as judged
    inner join world_rows on judged.assumption_id = world_rows.assumption_id
    where judged.draw <= {{ var('outlook_draws') }}
),

contents as (
    select
        package_class,
        draw,
        max(value) filter (where parameter = 'outlook_packages_per_wafer') as packages,
        max(value) filter (where parameter = 'outlook_memory_per_package') as memory_gb,
        max(value) filter (where parameter = 'outlook_power_per_package') as power_w,
        max(value) filter (where parameter = 'outlook_money_per_package') as money_usd,
        max(value) filter (where parameter = 'outlook_h100e_per_package') as h100e_8bit,
    from {{ assumption_draws(
        'outlook_packages_per_wafer', 'outlook_memory_per_package', 'outlook_power_per_package',
        'outlook_money_per_package', 'outlook_h100e_per_package'
    ) }}
    where draw <= {{ var('outlook_draws') }}
    group by package_class, draw
),

curves as (
    select
        curve,
        any_value(world_id) as world_id,
        any_value(package_class) as package_class,
    from judged
    group by curve
),

days as (
    select
        curves.curve,
        quarters.quarter_start as on_date,
    from quarters
    cross join curves
),

{{ read_curves('judged', 'days', 'placed') }},

stated as (
    select
        curves.world_id,
        placed.on_date as quarter_start,
        curves.package_class,
        placed.draw,
        placed.scaled as wafer_share,
    from placed
    inner join curves on placed.curve = curves.curve
),

-- where the judged classes fill more than a wafer, each gives way in proportion
shares as (
    select
        world_id,
        quarter_start,
        package_class,
        draw,
        wafer_share
        / greatest(1, sum(wafer_share) over (partition by world_id, quarter_start, draw))
            as wafer_share,
    from stated

    union all

    select
        world_id,
        quarter_start,
        'blackwell' as package_class,
        draw,
        greatest(0, 1 - sum(wafer_share)) as wafer_share,
    from stated
    group by world_id, quarter_start, draw
)

select
    shares.world_id,
    shares.quarter_start,
    shares.draw,
    {{ exact_sum('shares.wafer_share', 9) }} as wafer_share,
    {{ exact_sum('shares.wafer_share * contents.packages * contents.h100e_8bit', 6) }} as h100e_8bit,
    {{ exact_sum('shares.wafer_share * contents.packages * contents.memory_gb', 6) }} as memory_gb,
    {{ exact_sum('shares.wafer_share * contents.packages * contents.power_w', 3) }} as power_w,
    {{ exact_sum('shares.wafer_share * contents.packages * contents.money_usd', 3) }} as money_usd,
from shares
inner join contents
    on
        shares.package_class = contents.package_class
        and shares.draw = contents.draw
group by shares.world_id, shares.quarter_start, shares.draw
