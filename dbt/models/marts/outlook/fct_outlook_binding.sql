-- What limits deliveries ahead outside China, and the chips that wait for power.
with bindings as (
    select * from {{ ref('int_outlook__bindings') }}
),

outlook_quarters as (
    select * from {{ ref('int_outlook__quarters') }}
)

select
    'baseline' as scenario_id,
    bindings.world_id as growth_scenario_id,
    bindings.quarter_start,
    bindings.bound,
    round(bindings.probability, 4) as probability,
    {{ quantile_columns('bindings.waiting_points', 'waiting_it_power_mw') }},
    outlook_quarters.quarters_ahead::bigint as quarters_ahead,
    outlook_quarters.last_counted_quarter as origin_quarter,
    'inferred' as confidence,
from bindings
inner join outlook_quarters on bindings.quarter_start = outlook_quarters.quarter_start
