-- The rent that is set against the cost of a region: its own where enough providers quote, else
-- that of all regions outside China; where both are thin the nearest broad quarter of that panel,
-- moved by the index; without an index the thin median itself. China's rent is never taken from
-- abroad.
with quarter_rents as (
    select * from {{ ref('int_prices__quarter_rents') }}
),

price_index as (
    select * from {{ ref('int_prices__index') }}
),

regions as (
    select * from {{ ref('int_reference__regions') }}
),

limits as (
    select * from {{ constant_points('min_providers') }}
),

quarter_index as (
    {{ quarter_index('price_index') }}
),

ranked as (
    select
        quarter_rents.*,
        quarter_rents.providers >= limits.min_providers as is_broad,
    from quarter_rents
    cross join limits
    where quarter_rents.usd_per_gpu_hour is not null
),

-- a quarter of the index, and the broad quarter of the same series that lies nearest
chained as (
    select
        here.quarter_start,
        here.chip_id,
        here.region_id,
        broad.quarter_start as anchor_quarter,
        broad.usd_per_gpu_hour * here.index_value / there.index_value as usd_per_gpu_hour,
        broad.providers,
        broad.known_on,
        broad.source_ids,
    from quarter_index as here
    inner join quarter_index as there
        on
            here.chip_id = there.chip_id
            and here.region_id = there.region_id
            and here.series_start = there.series_start
    inner join ranked as broad
        on
            there.chip_id = broad.chip_id
            and there.region_id = broad.region_id
            and there.quarter_start = broad.quarter_start
            and broad.is_broad
    qualify row_number() over (
        partition by here.quarter_start, here.chip_id, here.region_id
        order by
            abs(date_diff('month', here.quarter_start, broad.quarter_start)),
            broad.quarter_start
    ) = 1
),

choices as (
    select
        quarter_start,
        chip_id,
        region_id as price_region_id,
        usd_per_gpu_hour,
        providers,
        cast(null as date) as anchor_quarter,
        known_on,
        source_ids,
        case when is_broad then 1 else 3 end as preference,
    from ranked

    union all

    select
        quarter_start,
        chip_id,
        region_id as price_region_id,
        usd_per_gpu_hour,
        providers,
        anchor_quarter,
        known_on,
        source_ids,
        2 as preference,
    from chained
),

offered as (
    select
        regions.region_id,
        choices.*,
    from regions
    inner join choices
        on
            regions.region_id = choices.price_region_id
            or (choices.price_region_id = 'WORLD' and regions.region_id <> 'CN')
    where regions.region_id <> 'WORLD'
    qualify row_number() over (
        partition by choices.quarter_start, choices.chip_id, regions.region_id
        order by
            choices.preference,
            choices.price_region_id = regions.region_id desc
    ) = 1
)

select
    offered.quarter_start,
    offered.region_id,
    offered.chip_id,
    offered.price_region_id,
    offered.usd_per_gpu_hour,
    offered.providers,
    offered.preference = 2 as is_chained,
    offered.anchor_quarter,
    offered.providers < limits.min_providers as is_thin,
    quarter_rents.hyperscaler_usd_per_gpu_hour,
    offered.known_on,
    offered.source_ids,
from offered
cross join limits
left join quarter_rents
    on
        offered.quarter_start = quarter_rents.quarter_start
        and offered.chip_id = quarter_rents.chip_id
        and offered.price_region_id = quarter_rents.region_id
