-- No draw serves more than there is, up to five standard deviations of the timing inside a quarter;
-- what is wanted is at least what was served; and no draw is left out.
with tolerance as (
    select service_bound_sd from {{ constant_points('service_bound_sd') }}
),

loads as (
    select * from {{ ref('int_demand__loads') }}
),

services as (
    select * from {{ ref('int_demand__regional_service') }}
),

build as (
    select draws from {{ source('build', 'parameters') }}
)

select
    'load above the bound' as problem,
    loads.region_id,
    loads.quarter_start,
    loads.draw,
    loads.load_served as found,
from loads
cross join tolerance
where
    loads.load_served > exp(5 * tolerance.service_bound_sd)
    or loads.load_served is null

union all

select
    'wanted below served' as problem,
    region_id,
    quarter_start,
    draw,
    wanted - served as found,
from services
where wanted < served - 1e-9 * served

union all

select
    'draws left out' as problem,
    loads.region_id,
    loads.quarter_start,
    null as draw,
    count(*) as found,
from loads
cross join build
where loads.draw > 0
group by loads.region_id, loads.quarter_start, build.draws
having count(*) <> build.draws
