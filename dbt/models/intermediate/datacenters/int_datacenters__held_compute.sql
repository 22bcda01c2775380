-- Compute with a known holder at the end of each quarter, by two tellings that describe partly the
-- same machines and must not be added: tracked sites by H100 equivalents, and named clusters by the
-- 16-bit peak that their operators claim.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

site_quarters as (
    select * from {{ ref('int_datacenters__site_quarters') }}
),

clusters as (
    select * from {{ ref('stg_compute_clusters__clusters') }}
),

organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
),

countries as (
    select * from {{ ref('stg_countries__countries') }}
),

sites as (
    select
        quarters.quarter_start,
        quarters.quarter_end,
        'sites' as basis,
        site_quarters.site_id as asset_id,
        site_quarters.region_id,
        site_quarters.owner_organisation_id as organisation_id,
        site_quarters.h100e_8bit as size,
        site_quarters.source_id,
        site_quarters.known_on,
        site_quarters.confidence,
    from quarters
    inner join site_quarters using (quarter_start)
    where site_quarters.status = 'operational'
),

-- Rows without an owner are anonymised copies of perhaps the same machines. Further readings of one
-- cluster are flagged as duplicates, and a superseded cluster lives on in another one.
named_clusters as (
    select
        quarters.quarter_start,
        quarters.quarter_end,
        'clusters' as basis,
        clusters.cluster_id as asset_id,
        countries.region_id,
        organisation_ids.organisation_id,
        clusters.pflops_fp16 as size,
        clusters.source_id,
        clusters.known_on,
        clusters.confidence,
    from quarters
    inner join clusters on quarters.quarter_end >= clusters.first_operational_on
    inner join countries on clusters.country_code = countries.country_code
    left join organisation_ids on clusters.owner = organisation_ids.label
    where
        clusters.owner is not null
        and clusters.status = 'operational'
        and not clusters.is_possible_duplicate
        and clusters.superseded_by is null
)

select * from sites
union all
select * from named_clusters
