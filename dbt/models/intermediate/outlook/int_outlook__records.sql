-- The record of our rule by measure, region and distance from the last count: cases, how often the 90 %
-- interval held, and how much smaller its score is than that of the naive rule (the drift of the stock;
-- for deliveries, that they stand still) and of the simple one (mean growth of deliveries).
with scores as (
    select * from {{ ref('int_outlook__scores') }}
    where
        kind = 'backtest'
        and vendor = 'all'
),

means as (
    select
        measure,
        region_id,
        quarters_ahead,
        rule,
        count(*) as cases,
        -- where every draw is the truth itself, a quantile may lie a last bit beside it
        count(*) filter (
            where truth_h100e between h100e_p05 * (1 - 1e-9) and h100e_p95 * (1 + 1e-9)
        ) as covered_cases,
        avg(crps_log order by origin_quarter) as crps_log,
    from scores
    group by measure, region_id, quarters_ahead, rule
)

select
    ours.measure,
    ours.region_id,
    ours.quarters_ahead,
    ours.cases,
    ours.covered_cases / ours.cases as coverage_90,
    -- a rule that misses by no more than last bits leaves nothing to be better than
    1 - ours.crps_log / nullif(round(naive.crps_log, 12), 0) as skill,
    1 - ours.crps_log / nullif(round(simple.crps_log, 12), 0) as skill_over_rule,
from means as ours
inner join means as naive
    on
        ours.measure = naive.measure
        and ours.region_id = naive.region_id
        and ours.quarters_ahead = naive.quarters_ahead
        and naive.rule = case when ours.measure = 'delivered' then 'flat' else 'stock_drift' end
inner join means as simple
    on
        ours.measure = simple.measure
        and ours.region_id = simple.region_id
        and ours.quarters_ahead = simple.quarters_ahead
        and simple.rule = 'mean_growth'
where ours.rule = 'outlook'
