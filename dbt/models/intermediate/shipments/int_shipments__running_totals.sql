-- The estimator's running totals as the newest version that was public on the as-of day states them.
-- They come from the same state as the vendor's shipments: of a vendor whose counts the repository
-- states anew only its totals there, of all others the kept ones.
with cumulative as (
    select * from {{ ref('stg_epoch_chip_counts__chip_cumulative_quarterly') }}
),

stated as (
    select * from {{ ref('stg_epoch_chip_counts__chip_cumulative_stated') }}
),

versions as (
    select * from {{ ref('int_shipments__versions') }}
),

chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

-- vendors whose newest version is that of the repository
newest_versions as (
    select
        vendor,
        arg_max(document_sha256, vintage_on) as document_sha256,
    from versions
    group by vendor
),

restated_vendors as (
    select distinct newest_versions.vendor
    from newest_versions
    inner join stated
        on
            newest_versions.vendor = stated.vendor
            and newest_versions.document_sha256 = stated.document_sha256
),

newest as (
    select *
    from cumulative
    where
        in_partition
        and vendor not in (select vendor from restated_vendors)
    qualify row_number() over (
        partition by stock_id
        order by known_on desc
    ) = 1
),

chosen as (
    select * from newest

    union all by name

    select *
    from stated
    where
        in_partition
        and vendor in (select vendor from restated_vendors)
)

select
    chosen.stock_id,
    chosen.grain,
    chosen.vendor,
    -- totals and rows by owner are no chip
    coalesce(chip_ids.chip_id, chosen.chip_label) as chip_id,
    case when chosen.owner = 'all' then null else chosen.owner end as owner,
    chosen.as_of_on,
    chosen.units_p05,
    chosen.units_p50,
    chosen.units_p95,
    chosen.h100e_p05,
    chosen.h100e_p50,
    chosen.h100e_p95,
    chosen.is_incomplete,
    chosen.source_id,
    chosen.known_on,
    chosen.confidence,
from chosen
left join chip_ids on chosen.chip_label = chip_ids.label
