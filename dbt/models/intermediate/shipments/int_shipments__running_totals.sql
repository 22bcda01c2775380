-- The estimator's running totals as the newest version that was public on the as-of day states them.
with cumulative as (
    select * from {{ ref('stg_epoch_chip_counts__chip_cumulative_quarterly') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

newest as (
    select *
    from cumulative
    where in_partition
    qualify row_number() over (
        partition by stock_id
        order by known_on desc
    ) = 1
)

select
    newest.stock_id,
    newest.grain,
    newest.vendor,
    -- totals and rows by owner are no chip
    coalesce(chip_ids.chip_id, newest.chip_label) as chip_id,
    case when newest.owner = 'all' then null else newest.owner end as owner,
    newest.as_of_on,
    newest.units_p05,
    newest.units_p50,
    newest.units_p95,
    newest.h100e_p05,
    newest.h100e_p50,
    newest.h100e_p95,
    newest.is_incomplete,
    newest.source_id,
    newest.known_on,
    newest.confidence,
from newest
left join chip_ids on newest.chip_label = chip_ids.label
