-- Every scenario by id; `baseline`, what happened, has no switches and so no row of its own.
with scenarios as (
    select * from {{ ref('stg_scenarios__scenarios') }}
)

select scenario_id
from scenarios
group by scenario_id
union
select 'baseline' as scenario_id
