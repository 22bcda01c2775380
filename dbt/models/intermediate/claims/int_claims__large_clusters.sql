-- Chinese clusters of at least as many accelerators as a large job needs, from the day on which
-- they began to work. A list counts the chips of a place; that they run as one is not known.
with clusters as (
    select * from {{ ref('stg_compute_clusters__clusters') }}
),

countries as (
    select * from {{ ref('stg_countries__countries') }}
),

constants as (
    select * from {{ constant_points('large_job_accelerators') }}
)

select
    clusters.cluster_id,
    clusters.owner,
    clusters.owner_type,
    clusters.is_rentable,
    clusters.owner is not null and not clusters.is_possible_duplicate as is_named,
    clusters.has_several_owners,
    coalesce(clusters.chip_count, clusters.total_chip_count) as chip_count,
    clusters.first_operational_on,
from clusters
inner join countries on clusters.country_code = countries.country_code
cross join constants
where
    countries.region_id = 'CN'
    and clusters.status = 'operational'
    and clusters.first_operational_on is not null
    and clusters.superseded_by is null
    and coalesce(clusters.chip_count, clusters.total_chip_count) >= constants.large_job_accelerators
