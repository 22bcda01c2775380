-- Who owns the Chinese stock, on every draw: published nowhere, so judged shares by origin, which
-- add up to one after they are normalised.
with assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

assumption_draws as (
    select * from {{ ref('int_inputs__assumption_draws') }}
)

select
    assumptions.region_id,
    assumptions.origin,
    assumptions.owner_type,
    assumption_draws.draw,
    assumption_draws.value / sum(assumption_draws.value) over (
        partition by assumptions.region_id, assumptions.origin, assumption_draws.draw
        order by assumptions.owner_type
        rows between unbounded preceding and unbounded following
    ) as owner_share,
from assumptions
inner join assumption_draws on assumptions.assumption_id = assumption_draws.assumption_id
where assumptions.parameter = 'cn_owner_share'
