-- Chips that were at work before the first counted quarter, on every draw, with their mean age on
-- that day. Owners are those of the vendor's first counted quarter in the region, on central
-- values: the opening stock itself is published nowhere, its owners still less.
with chips as (
    select * from {{ ref('int_reference__chips') }}
),

owner_shipments as (
    select * from {{ ref('int_shipments__owner_shipments') }}
),

us_shares as (
    select
        owner,
        value_central as us_share,
    from {{ assumption_points('deployment_share') }}
    where region_id = 'US'
),

first_quarters as (
    select
        chips.vendor,
        min(owner_shipments.quarter_start) as quarter_start,
    from owner_shipments
    inner join chips on owner_shipments.chip_id = chips.chip_id
    group by chips.vendor
),

first_deliveries as (
    select
        chips.vendor,
        owner_shipments.owner,
        us_shares.us_share,
        owner_shipments.units_p50,
    from owner_shipments
    inner join chips on owner_shipments.chip_id = chips.chip_id
    inner join first_quarters
        on
            chips.vendor = first_quarters.vendor
            and owner_shipments.quarter_start = first_quarters.quarter_start
    left join us_shares on owner_shipments.owner = us_shares.owner
),

weights as (
    select
        vendor,
        'US' as region_id,
        owner,
        {{ exact_sum('units_p50 * us_share') }} as weight,
    from first_deliveries
    where owner <> 'China'
    group by vendor, owner

    union all

    select
        vendor,
        'ROW' as region_id,
        owner,
        {{ exact_sum('units_p50 * (1 - us_share)') }} as weight,
    from first_deliveries
    where owner <> 'China'
    group by vendor, owner

    union all

    select
        vendor,
        'CN' as region_id,
        'China' as owner,
        1 as weight,
    from first_quarters
),

owner_shares as (
    select
        vendor,
        region_id,
        owner,
        weight / sum(weight) over (
            partition by vendor, region_id
            order by owner
            rows between unbounded preceding and unbounded following
        ) as share,
    from weights
),

opening as (
    select
        judged.region_id,
        judged.chip_id,
        judged.draw,
        judged.value as units,
        chips.vendor,
        -- A chip without a judged age is taken to have sold evenly from its release to that day.
        date_diff('day', chips.released_on, judged.on_date) / 365.25 / 2 as even_age_years,
    from {{ assumption_draws('opening_stock') }} as judged
    inner join chips on judged.chip_id = chips.chip_id
),

ages as (
    select * from {{ assumption_draws('opening_age') }}
)

select
    opening.region_id,
    opening.chip_id,
    owner_shares.owner,
    'foreign' as origin,
    opening.draw,
    opening.units * owner_shares.share as units,
    coalesce(ages.value, opening.even_age_years) as age_years,
from opening
inner join owner_shares
    on
        opening.vendor = owner_shares.vendor
        and opening.region_id = owner_shares.region_id
left join ages
    on
        opening.chip_id = ages.chip_id
        and opening.draw = ages.draw
