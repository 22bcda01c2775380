-- Rents that speak of scarcity, by region and quarter, each as the indicator that it is: contract (a
-- year's lease), index (what is paid on demand, by transactions), list (median of what providers
-- ask), deal (whole campuses, disclosed), cn (leases of Chinese server owners) and spot (spot over on
-- demand on matched offers). An index that names no place counts for the United States, where most of
-- its offers stand. Where a publisher changed its method, earlier values are put on the new level.
with contract_rents as (
    select * from {{ ref('stg_contract_rents__contract_rents') }}
),

breaks as (
    select * from {{ ref('stg_contract_rents__index_breaks') }}
),

market_rents as (
    select * from {{ ref('int_prices__market_rents') }}
),

price_index as (
    select * from {{ ref('int_prices__index') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

-- the middle of the stated move; a break whose size nobody states changes no level here
moves as (
    select
        contract_rents.rent_id,
        sum(
            ln(1 + (breaks.change_low_pct + breaks.change_high_pct) / 200)
            order by breaks.break_id
        ) as log_move,
    from contract_rents
    inner join breaks
        on
            contract_rents.series = breaks.series
            and breaks.chip_id in (contract_rents.chip_id, 'all')
            and contract_rents.on_date < breaks.on_date
    where breaks.change_low_pct is not null
    group by contract_rents.rent_id
),

stated as (
    select
        quarters.quarter_start,
        'US' as region_id,
        case
            when contract_rents.series = 'disclosed-deal' then 'deal'
            when contract_rents.commitment = 'reserved_1y' then 'contract'
            when contract_rents.series = 'silicon-data-neocloud' then 'index'
        end as indicator,
        contract_rents.chip_id,
        ln(contract_rents.rent_usd_per_gpu_hour) + coalesce(moves.log_move, 0) as log_rent,
        contract_rents.known_on,
        contract_rents.source_id,
    from contract_rents
    inner join quarters
        on
            contract_rents.on_date <= quarters.quarter_end
            and coalesce(contract_rents.span_end_on, contract_rents.on_date)
            >= quarters.quarter_start
    left join moves on contract_rents.rent_id = moves.rent_id
    where contract_rents.region_id in ('US', 'WORLD')
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
    where indicator is not null
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
