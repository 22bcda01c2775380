-- What the rules did to the deliveries of the world is what they did to China's, less the part that
-- other buyers gained or lost instead: on every draw the other regions bear the judged share
-- (cf-zero-sum) of the change in China's imports, and all of the change in diversion. On an early
-- day nobody else's deliveries of a quarter may be known: then there is nobody to bear a share.
with china as (
    select
        scenario_id,
        quarter_start,
        draw,
        sum(actual_h100e_training - counterfactual_h100e_training) filter (
            where origin = 'foreign' and source_vendor is not null
        ) as imports,
        sum(actual_h100e_training - counterfactual_h100e_training) filter (
            where origin = 'diverted'
        ) as diverted,
    from {{ ref('int_balance__changed_flows') }}
    inner join {{ ref('int_balance__scenario_quarters') }}
        using (scenario_id, flow_id, quarter_start)
    group by scenario_id, quarter_start, draw
),

others as (
    select
        scenario_id,
        quarter_start,
        draw,
        sum(training) as training,
    from {{ ref('int_balance__flow_effects') }}
    where region_id <> 'CN'
    group by scenario_id, quarter_start, draw
),

known_elsewhere as (
    select distinct quarter_start
    from {{ ref('int_supply__vendor_flows') }}
    where region_id <> 'CN'
),

displacement as (
    select * from {{ assumption_draws('counterfactual_displacement') }}
)

select
    china.*,
    others.training,
    displacement.value,
from china
inner join known_elsewhere on china.quarter_start = known_elsewhere.quarter_start
left join displacement
    on
        displacement.valid_from <= china.quarter_start
        and coalesce(displacement.valid_to > china.quarter_start, true)
        and china.draw = displacement.draw
left join others
    on
        china.scenario_id = others.scenario_id
        and china.quarter_start = others.quarter_start
        and china.draw = others.draw
where
    coalesce(china.imports, china.diverted) is not null
    and coalesce(
        abs(
            coalesce(others.training, 0)
            + coalesce(china.imports * displacement.value, 0)
            + coalesce(china.diverted, 0)
        ) > 0.1,
        true
    )
