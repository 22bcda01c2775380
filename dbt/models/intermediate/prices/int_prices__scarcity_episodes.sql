{{ config(materialized='view') }}
-- Shocks of scarcity: runs of quarters in which the premium's central value lies above one, with
-- the peak and the first quarter in which the rent was back at cost.
with premiums as (
    select * from {{ ref('int_prices__scarcity_premiums') }}
),

marked as (
    select
        *,
        premium_central > 1 as is_scarce,
        coalesce(
            (premium_central > 1) <> lag(premium_central > 1) over chip_quarters, true
        ) as is_turn,
    from premiums
    window chip_quarters as (partition by region_id, chip_id order by quarter_start)
),

numbered as (
    select
        *,
        count(*) filter (where is_turn) over (
            partition by region_id, chip_id
            order by quarter_start
        ) as run_number,
        lead(quarter_start) over (
            partition by region_id, chip_id
            order by quarter_start
        ) as next_quarter,
    from marked
)

select
    region_id,
    chip_id,
    min(quarter_start) as began_quarter,
    max(quarter_start) as last_quarter,
    -- no later quarter: it has not come back yet, as far as is known
    arg_max_null(next_quarter, quarter_start) as returned_quarter,
    -- of several that are as high, the first
    min_by(quarter_start, (-premium_central, quarter_start)) as peak_quarter,
    max(premium_central) as peak_premium,
    -- certain where even the dearest cost lies below the rent
    bool_or(premium_low > 1) as is_certain,
    bool_or(is_thin) as has_thin_quarter,
    max(known_on) as known_on,
    {{ joined_ids('source_ids') }} as source_ids,
from numbered
where is_scarce
group by region_id, chip_id, run_number
