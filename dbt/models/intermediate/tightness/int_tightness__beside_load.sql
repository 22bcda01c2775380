{{ config(materialized='view') }}
-- The two independent signs of shortage side by side, for every chip with a premium and for each
-- region as a whole (`all`): premium over cost, load that is wanted, and what both sides say together.
-- Neither is calibrated on the other. The plain signs speak only where a whole interval lies on one
-- side of one.
with premiums as (
    select * from {{ ref('int_prices__scarcity_premiums') }}
),

loads as (
    select * from {{ ref('int_balance__loads') }}
),

balances as (
    select * from {{ ref('int_balance__balances') }}
),

states as (
    select * from {{ ref('int_tightness__states') }}
),

merchant_loads as (
    select *
    from loads
    where
        access = 'merchant'
        and scenario_id = 'baseline'
),

shortages as (
    select
        quarter_start,
        region_id,
        max(shortage_probability) filter (where workload_id = 'training_large')
            as training_large_shortage_probability,
        max(shortage_probability) filter (where workload_id = 'training_small')
            as training_small_shortage_probability,
        max(shortage_probability) filter (where workload_id = 'inference')
            as inference_shortage_probability,
    from balances
    where
        access = 'merchant'
        and scenario_id = 'baseline'
    group by quarter_start, region_id
),

-- a region as a whole has no premium of one chip
subjects as (
    select
        quarter_start,
        region_id,
        chip_id,
        premium_low,
        premium_central,
        premium_high,
        is_thin,
        known_on,
        source_ids,
    from premiums

    union all

    select
        quarter_start,
        region_id,
        'all' as chip_id,
        null::double as premium_low,
        null::double as premium_central,
        null::double as premium_high,
        null::boolean as is_thin,
        known_on,
        source_ids,
    from states
),

joined as (
    select
        premiums.quarter_start,
        premiums.region_id,
        premiums.chip_id,
        premiums.premium_low,
        premiums.premium_central,
        premiums.premium_high,
        premiums.is_thin,
        merchant_loads.wanted_points,
        shortages.training_large_shortage_probability,
        shortages.training_small_shortage_probability,
        shortages.inference_shortage_probability,
        case
            when premiums.premium_low is null then 'unknown'
            when premiums.premium_low > 1 then 'scarce'
            when premiums.premium_high < 1 then 'ample'
            else 'unclear'
        end as price_sign,
        case
            when merchant_loads.wanted_points is null then 'unknown'
            when merchant_loads.wanted_points.p05 > 1 then 'scarce'
            when merchant_loads.wanted_points.p95 < 1 then 'ample'
            else 'unclear'
        end as quantity_sign,
        premiums.known_on,
        premiums.source_ids,
    from subjects as premiums
    left join merchant_loads
        on
            premiums.quarter_start = merchant_loads.quarter_start
            and premiums.region_id = merchant_loads.region_id
    left join shortages
        on
            premiums.quarter_start = shortages.quarter_start
            and premiums.region_id = shortages.region_id
)

select
    joined.*,
    (joined.premium_central > 1) = (joined.wanted_points.p50 > 1) as do_medians_agree,
    states.quantity_points,
    states.price_points,
    states.both_points,
    states.probability_tight_quantity,
    states.probability_tight_price,
    states.probability_tight,
    states.direction_quantity,
    states.direction_price,
    states.disagreement_z,
    coalesce(states.agreement, 'unknown') as agreement,
    coalesce(states.is_informative, false) as is_informative,
    case
        when states.region_id is null then 'no rent of the region speaks of scarcity'
        else states.uninformative_reason
    end as uninformative_reason,
    coalesce(states.state, 'unknown') as state,
from joined
left join states
    on
        joined.quarter_start = states.quarter_start
        and joined.region_id = states.region_id
