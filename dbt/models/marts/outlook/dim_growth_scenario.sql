-- The worlds of growth in which the outlook is told, with the assumptions that each replaces.
select
    growth_scenario_id,
    title,
    description,
    replaced_assumption_ids,
    assumption_ids,
from {{ ref('int_outlook__worlds') }}
where kind = 'growth'
