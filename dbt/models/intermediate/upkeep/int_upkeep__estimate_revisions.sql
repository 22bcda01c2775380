{{ config(materialized='view') }}
-- Every version of an estimate that its publisher has revised, beside the version before. An
-- estimate keeps its id over versions; a version that leaves it as it was has no row.
with shipment_versions as (
    select * from {{ ref('int_shipments__versions') }}
),

site_versions as (
    select * from {{ ref('stg_datacenter_sites__site_timeline_revisions') }}
),

cluster_versions as (
    select * from {{ ref('stg_compute_clusters__cluster_revisions') }}
),

run_versions as (
    select * from {{ ref('stg_training_runs__training_run_vintages') }}
),

-- Owners had H100 equivalents only at first, so both measures stand where they are given.
shipment_measures as (
    select
        shipment_id as estimate_id,
        chip_label || ' / ' || owner as subject,
        period_start,
        vintage_on,
        change = 'withdrawn' as is_withdrawn,
        source_id,
        known_on,
        confidence,
        'shipped_units' as measure,
        units_p50 as version_value,
    from shipment_versions
    where units_p50 is not null

    union all

    select
        shipment_id as estimate_id,
        chip_label || ' / ' || owner as subject,
        period_start,
        vintage_on,
        change = 'withdrawn' as is_withdrawn,
        source_id,
        known_on,
        confidence,
        'shipped_h100e_8bit' as measure,
        h100e_p50 as version_value,
    from shipment_versions
    where h100e_p50 is not null
),

withdrawn_shipments as (
    select
        withdrawn.shipment_id,
        earlier.measure,
        withdrawn.vintage_on,
        withdrawn.source_id,
        withdrawn.known_on,
        withdrawn.confidence,
        any_value(earlier.subject) as subject,
        any_value(earlier.period_start) as period_start,
    from shipment_versions as withdrawn
    inner join shipment_measures as earlier
        on
            withdrawn.shipment_id = earlier.estimate_id
            and withdrawn.vintage_on > earlier.vintage_on
    where withdrawn.change = 'withdrawn'
    group by all
),

versions as (
    select
        measure,
        estimate_id,
        subject,
        period_start,
        vintage_on,
        version_value,
        source_id,
        known_on,
        confidence,
    from shipment_measures

    union all

    select
        measure,
        shipment_id as estimate_id,
        subject,
        period_start,
        vintage_on,
        null as version_value,
        source_id,
        known_on,
        confidence,
    from withdrawn_shipments

    union all

    select
        'site_facility_power_mw' as measure,
        site_id || '-' || on_date as estimate_id,
        site_id as subject,
        on_date as period_start,
        vintage_on,
        facility_power_mw as version_value,
        source_id,
        known_on,
        confidence,
    from site_versions
    where facility_power_mw is not null

    union all

    select
        'cluster_h100e_8bit' as measure,
        cluster_id as estimate_id,
        cluster_id as subject,
        null as period_start,
        vintage_on,
        h100e as version_value,
        source_id,
        known_on,
        confidence,
    from cluster_versions
    where h100e is not null

    union all

    select
        'training_compute_flop' as measure,
        model_id as estimate_id,
        model_id as subject,
        null as period_start,
        vintage_on,
        training_compute_flop as version_value,
        source_id,
        known_on,
        confidence,
    from run_versions
    where training_compute_flop is not null
),

compared as (
    select
        *,
        lag(version_value) over by_estimate as previous_value,
        row_number() over by_estimate as version_number,
    from versions
    window by_estimate as (partition by measure, estimate_id order by vintage_on)
)

select
    measure,
    estimate_id,
    subject,
    period_start,
    vintage_on,
    case
        when version_value is null then 'withdrawn'
        when version_number = 1 then 'new'
        when previous_value is null then 'back'
        when version_value = previous_value then 'unchanged'
        else 'revised'
    end as change,
    version_value as value,
    previous_value,
    100 * (version_value - previous_value) / nullif(previous_value, 0) as change_pct,
    source_id as source_ids,
    known_on,
    confidence,
from compared
