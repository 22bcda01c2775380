-- The worlds of rules in which the outlook is told under the expected growth, with the assumptions that
-- each replaces; `baseline` replaces none.
select
    scenario_id,
    case when kind = 'rules' then title else 'Rules as they are' end as title,
    case when kind = 'rules' then description else 'All rules stay as they are coded today' end
        as description,
    replaced_assumption_ids,
    assumption_ids,
from {{ ref('int_outlook__worlds') }}
where
    kind = 'rules'
    or world_id = 'expected'
