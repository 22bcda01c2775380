-- The first month whose offers are not those that the kept tables of the build before were made
-- from: from there on the incremental models are made anew. Null where nothing changed.
with fingerprints as (
    select * from {{ ref('int_prices__month_fingerprints') }}
),

carried as (
    select * from {{ source('build', 'carried_fingerprints') }}
)

select min(coalesce(fingerprints.month_start, carried.month_start)) as month_start
from fingerprints
full outer join carried
    on
        fingerprints.input = carried.input
        and fingerprints.month_start is not distinct from carried.month_start
where fingerprints.fingerprint is distinct from carried.fingerprint
