-- How much of the time chips of an owner are at work, and what part of them the owner offers to
-- others, by workload, on every draw. The Chinese stock has no published owners: its factors are
-- means over the kinds of owner with their shares, so that idle public centres and busy platforms
-- count apart.
with china_owner_shares as (
    select * from {{ ref('int_supply__china_owner_shares') }}
),

occupancies as (
    select * from {{ assumption_draws('achievable_occupancy') }}
),

merchant_shares as (
    select * from {{ assumption_draws('merchant_share') }}
),

-- what is offered in China comes in small lots
large_factors as (
    select * from {{ assumption_draws('merchant_large_factor') }}
),

tracked_owners as (
    select
        occupancies.region_id,
        merchant_shares.owner,
        'foreign' as origin,
        occupancies.workload_id,
        occupancies.draw,
        occupancies.value as occupancy,
        occupancies.value * merchant_shares.value as merchant_occupancy,
        merchant_shares.value as merchant_share,
    from occupancies
    inner join merchant_shares
        on
            occupancies.draw = merchant_shares.draw
            and merchant_shares.owner is not null
    where occupancies.owner_group is null
),

-- platforms fill their chips otherwise than everyone else
china_by_type as (
    select
        china_owner_shares.region_id,
        china_owner_shares.origin,
        china_owner_shares.owner_type,
        china_owner_shares.draw,
        china_owner_shares.owner_share,
        occupancies.workload_id,
        occupancies.value as occupancy,
        merchant_shares.value as merchant_share,
    from china_owner_shares
    inner join occupancies
        on
            china_owner_shares.region_id = occupancies.region_id
            and china_owner_shares.draw = occupancies.draw
            and occupancies.owner_group = case
                when china_owner_shares.owner_type = 'hyperscaler' then 'hyperscaler'
                else 'other'
            end
    inner join merchant_shares
        on
            china_owner_shares.region_id = merchant_shares.region_id
            and china_owner_shares.owner_type = merchant_shares.owner_type
            and china_owner_shares.draw = merchant_shares.draw
),

china as (
    select
        region_id,
        'China' as owner,
        origin,
        workload_id,
        draw,
        {{ exact_sum('owner_share * occupancy', 12) }} as occupancy,
        {{ exact_sum('owner_share * occupancy * merchant_share', 12) }} as merchant_occupancy,
        {{ exact_sum('owner_share * merchant_share', 12) }} as merchant_share,
    from china_by_type
    group by region_id, origin, workload_id, draw
),

combined as (
    select * from tracked_owners
    union all
    select * from china
)

select
    combined.region_id,
    combined.owner,
    combined.origin,
    combined.workload_id,
    combined.draw,
    combined.occupancy,
    combined.merchant_occupancy * coalesce(large_factors.value, 1) as merchant_occupancy,
    combined.merchant_share * coalesce(large_factors.value, 1) as merchant_share,
from combined
left join large_factors
    on
        combined.region_id = large_factors.region_id
        and combined.workload_id = large_factors.workload_id
        and combined.draw = large_factors.draw
