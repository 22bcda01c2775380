-- Published rents that speak of scarcity, in each quarter that they cover, by what they indicate:
-- contract (a year's lease), index (what is paid on demand, by transactions), deal (whole campuses,
-- disclosed). Where a publisher changed its method, earlier values are put on the new level.
with contract_rents as (
    select * from {{ ref('stg_contract_rents__contract_rents') }}
),

breaks as (
    select * from {{ ref('stg_contract_rents__index_breaks') }}
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

named as (
    select
        contract_rents.rent_id,
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
)

select * from named
where indicator is not null
