-- A lookup without a row in the assumptions would leave a null or drop a part of the stock: every
-- cell of the balance must have its share, factor and ratio.
with draws as (
    select 0 as draw
),

arrivals as (
    select * from {{ ref('int_supply__arrivals') }} where draw = 0
),

opening_stock as (
    select * from {{ ref('int_supply__opening_stock') }} where draw = 0
),

chip_draws as (
    select * from {{ ref('int_supply__chip_draws') }} where draw = 0
),

stock as (
    select * from {{ ref('int_supply__stock') }} where draw = 0
),

region_shares as (
    select * from {{ ref('int_supply__region_shares') }} where draw = 0
),

owner_factors as (
    select * from {{ ref('int_supply__owner_factors') }} where draw = 0
),

work_factors as (
    select * from {{ ref('int_supply__work_factors') }} where draw = 0
),

kernels as (
    select * from {{ ref('int_supply__kernels') }} where draw = 0
),

needs as (
    select * from {{ ref('int_balance__needs') }} where draw = 0
),

regional_service as (
    select * from {{ ref('int_demand__regional_service') }} where draw = 0
),

gaps as (
    select
        'ratio or power of ' || chips.chip_id as what,
    from (select chip_id from arrivals union select chip_id from opening_stock) as chips
    left join chip_draws on chips.chip_id = chip_draws.chip_id
    where
        chip_draws.h100e_training is null
        or chip_draws.h100e_inference is null
        or chip_draws.h100e_8bit is null
        or chip_draws.it_power_w is null

    union all

    select 'age of the opening stock of ' || chip_id as what
    from opening_stock
    where age_years is null

    union all

    select 'kernel of ' || arrivals.region_id as what
    from arrivals
    left join kernels
        on
            arrivals.region_id = kernels.region_id
            and kernels.age_quarters = 0
    where kernels.deployed_share is null

    union all

    select concat_ws(' ', 'yearly shares of', stock.region_id, stock.origin, stock.quarter_start)
    from stock
    left join region_shares
        on
            stock.region_id = region_shares.region_id
            and stock.origin = region_shares.origin
            and stock.quarter_start = region_shares.quarter_start
    where
        region_shares.powered_share is null
        or region_shares.large_cluster_share is null
        or region_shares.software_factor is null
        or (stock.origin = 'domestic' and region_shares.software_factor = 1)

    union all

    select concat_ws(' ', 'occupancy or merchant share of', stock.owner, stock.origin) as what
    from stock
    left join owner_factors
        on
            stock.region_id = owner_factors.region_id
            and stock.owner = owner_factors.owner
            and stock.origin = owner_factors.origin
    group by stock.region_id, stock.owner, stock.origin
    having
        count(distinct owner_factors.workload_id) < 3
        or count(owner_factors.merchant_occupancy) < count(*)

    union all

    select 'utilisation of ' || stock.origin as what
    from stock
    left join work_factors on stock.origin = work_factors.origin
    where
        work_factors.large_utilisation * work_factors.large_goodput is null
        or work_factors.small_utilisation * work_factors.small_goodput is null

    union all

    select concat_ws(' ', 'wanted factor of', region_id, quarter_start)
    from regional_service
    where
        served is not null
        and wanted is null

    union all

    select 'rented share of ' || region_id as what
    from needs
    where
        access = 'merchant'
        and wanted_inference is null
        and region_id in (
            select region_id from needs where access = 'all' and wanted_inference is not null
        )
)

select
    gaps.what,
    count(*) as times,
from gaps
cross join draws
group by gaps.what
