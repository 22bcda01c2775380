-- What a wafer of accelerators holds in each quarter of the outlook, on every draw: H100 equivalents,
-- memory, IT power and money, by the classes of packages that it is cut into. Judged shares are straight
-- between their days; Blackwell is what the other classes leave.
with quarters as (
    select * from {{ ref('int_outlook__quarters') }}
),

judged as (
    select
        package_class,
        valid_from as on_date,
        draw,
        value as wafer_share,
    from {{ assumption_draws('outlook_wafer_share') }}
    where draw <= {{ var('outlook_draws') }}
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

points as (
    select
        package_class as curve,
        on_date,
    from judged
    group by package_class, on_date
),

days as (
    select
        points.curve,
        quarters.quarter_start as on_date,
    from quarters
    cross join (select distinct curve from points) as points
),

{{ place_between_points('points', 'days', 'placed') }},

stated as (
    select
        placed.on_date as quarter_start,
        placed.curve as package_class,
        first_judged.draw,
        (1 - placed.inside_weight) * first_judged.wafer_share
        + placed.inside_weight * second_judged.wafer_share as wafer_share,
    from placed
    inner join judged as first_judged
        on
            placed.curve = first_judged.package_class
            and placed.first_on = first_judged.on_date
    inner join judged as second_judged
        on
            placed.curve = second_judged.package_class
            and placed.second_on = second_judged.on_date
            and first_judged.draw = second_judged.draw
),

-- where the judged classes fill more than a wafer, each gives way in proportion
shares as (
    select
        quarter_start,
        package_class,
        draw,
        wafer_share / greatest(1, sum(wafer_share) over (partition by quarter_start, draw))
            as wafer_share,
    from stated

    union all

    select
        quarter_start,
        'blackwell' as package_class,
        draw,
        greatest(0, 1 - sum(wafer_share)) as wafer_share,
    from stated
    group by quarter_start, draw
)

select
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
group by shares.quarter_start, shares.draw
