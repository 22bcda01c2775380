-- The draws of the build. Draw 0 is the central path, on which every deviate is zero.
with build as (
    select draws from {{ source('build', 'parameters') }}
)

select unnest(generate_series(0, draws))::integer as draw
from build
