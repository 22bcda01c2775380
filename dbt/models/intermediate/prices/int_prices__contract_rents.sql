-- Quoted contract rents as series, each value beside the one before it. Where the publisher changed
-- how a series is made between two values, they are on different footings, and no change is told.
with contract_rents as (
    select * from {{ ref('stg_contract_rents__contract_rents') }}
),

index_breaks as (
    select * from {{ ref('stg_contract_rents__index_breaks') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

rents as (
    select
        contract_rents.* replace (chip_ids.chip_id as chip_id),
        lag(contract_rents.on_date) over series_days as previous_on,
        lag(contract_rents.rent_usd_per_gpu_hour) over series_days as previous_usd_per_gpu_hour,
    from contract_rents
    left join chip_ids on contract_rents.chip_id = chip_ids.label
    window series_days as (
        partition by contract_rents.series, chip_ids.chip_id, contract_rents.commitment
        order by contract_rents.on_date
    )
),

breaks as (
    select
        index_breaks.series,
        index_breaks.on_date,
        -- a break without a chip is one of all chips
        chip_ids.chip_id,
    from index_breaks
    left join chip_ids on index_breaks.chip_id = chip_ids.label
),

broken as (
    select
        rents.rent_id,
        count(*) as breaks_since_previous,
    from rents
    inner join breaks
        on
            rents.series = breaks.series
            and coalesce(breaks.chip_id = rents.chip_id, true)
            and rents.previous_on < breaks.on_date
            and rents.on_date >= breaks.on_date
    group by rents.rent_id
)

select
    rents.rent_id,
    rents.series,
    rents.chip_id,
    rents.commitment,
    rents.region_id,
    rents.on_date,
    rents.span_end_on,
    rents.rent_low_usd_per_gpu_hour,
    rents.rent_usd_per_gpu_hour,
    rents.rent_high_usd_per_gpu_hour,
    rents.previous_on,
    coalesce(broken.breaks_since_previous, 0) as breaks_since_previous,
    case
        when broken.breaks_since_previous is null
            then 100 * (rents.rent_usd_per_gpu_hour / rents.previous_usd_per_gpu_hour - 1)
    end as change_pct,
    rents.is_in_rental_quotes,
    rents.source_publisher,
    rents.source_url,
    rents.source_id,
    rents.known_on,
    rents.confidence,
from rents
left join broken on rents.rent_id = broken.rent_id
