{{ config(materialized='view') }}
-- The two independent signs of shortage side by side: what the price says (premium over cost) and
-- what quantities say (load wanted of merchant capacity). Neither is calibrated on the other.
-- A sign speaks only where its whole interval lies on one side of one.
with premiums as (
    select * from {{ ref('int_prices__scarcity_premiums') }}
),

loads as (
    select * from {{ ref('int_balance__loads') }}
),

balances as (
    select * from {{ ref('int_balance__balances') }}
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
        merchant_loads.infeasible_share,
        shortages.training_large_shortage_probability,
        shortages.training_small_shortage_probability,
        shortages.inference_shortage_probability,
        case
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
    from premiums
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
    *,
    case
        when price_sign in ('scarce', 'ample') and quantity_sign in ('scarce', 'ample')
            then case when price_sign = quantity_sign then 'agree' else 'disagree' end
        else 'undecided'
    end as agreement,
    (premium_central > 1) = (wanted_points.p50 > 1) as do_medians_agree,
from joined
