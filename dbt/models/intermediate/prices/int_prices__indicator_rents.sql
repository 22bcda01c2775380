-- Rents that speak of scarcity, by region and quarter, each as the indicator that it is: contract (a
-- year's lease), index (what is paid on demand, by transactions), list (median of what providers
-- ask), deal (whole campuses, disclosed), cn (leases of Chinese server owners) and spot (spot over on
-- demand on matched offers). An index that names no place counts for the United States, where most of
-- its offers stand.
with market_rents as (
    select * from {{ ref('int_prices__market_rents') }}
),

price_index as (
    select * from {{ ref('int_prices__index') }}
),

stated as (
    select * from {{ ref('int_prices__stated_rents') }}
),

-- the mean of the logarithms, in whole millionths of a millionth: no order of rows changes it
published as (
    select
        quarter_start,
        region_id,
        indicator,
        chip_id,
        {{ exact_sum('log_rent', 12) }} / count(*) as log_rent,
        null::bigint as providers,
        max(known_on) as known_on,
        string_agg(distinct source_id, ',' order by source_id) as source_ids,
    from stated
    group by quarter_start, region_id, indicator, chip_id
),

asked as (
    select
        quarter_start,
        region_id,
        case when region_id = 'CN' then 'cn' else 'list' end as indicator,
        chip_id,
        ln(usd_per_gpu_hour) as log_rent,
        providers,
        known_on,
        source_ids,
    from market_rents
    where
        (region_id = 'CN' and price_region_id = 'CN')
        or (region_id = 'US' and chip_id = '{{ var("yardstick_chip") }}')
),

quarter_index as (
    select
        (date_trunc('quarter', month_start))::date as quarter_start,
        region_id,
        chip_id,
        commitment,
        series_start,
        {{ exact_sum('ln(index_value)', 12) }} / count(*) as log_index,
        min(providers) as providers,
        max(known_on) as known_on,
        {{ joined_ids('source_ids') }} as source_ids,
    from price_index
    -- spot and on demand of the same places, or one moves because the panel of the other does
    where region_id = 'US'
    group by quarter_start, region_id, chip_id, commitment, series_start
),

-- both indices in units of their first common quarter
spot_ratios as (
    select
        spot.quarter_start,
        spot.chip_id,
        spot.log_index - on_demand.log_index as log_ratio,
        row_number() over series = 1 as is_first,
        first_value(spot.log_index - on_demand.log_index) over series as first_log_ratio,
        least(spot.providers, on_demand.providers) as providers,
        greatest(spot.known_on, on_demand.known_on) as known_on,
        spot.source_ids,
    from quarter_index as spot
    inner join quarter_index as on_demand
        on
            spot.quarter_start = on_demand.quarter_start
            and spot.chip_id = on_demand.chip_id
            and on_demand.commitment = 'on_demand'
    where
        spot.commitment = 'spot'
        and spot.chip_id = '{{ var("yardstick_chip") }}'
    window series as (
        partition by spot.chip_id, spot.series_start, on_demand.series_start
        order by spot.quarter_start
    )
)

select * from published
union all
select * from asked
union all
select
    quarter_start,
    'US' as region_id,
    'spot' as indicator,
    chip_id,
    log_ratio - first_log_ratio as log_rent,
    providers,
    known_on,
    source_ids,
from spot_ratios
