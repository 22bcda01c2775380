-- What each rule on deliveries would have said at each past origin, on the draws of the record, for
-- quarters that are counted today: deliveries, and the stock that they would have led to together with
-- what stood at the origin. Chips are in 8-bit H100 equivalents.
{% set rules = outlook_rules() %}
with walks as (
    select
        origin_id,
        series_kind,
        series_id,
        step,
        quarter_start,
        draw,
        {%- for rule in rules %}
        start_h100e_8bit * {{ rule }} as {{ rule }},
        {%- endfor %}
    from {{ ref('int_outlook__walks') }}
    where
        draw > 0
        and origin_id in (
            select origin_id
            from {{ ref('int_outlook__origins') }}
            where origin_kind = 'backtest'
        )
),

origins as (
    select * from {{ ref('int_outlook__origins') }}
),

cohorts as (
    select * from {{ ref('int_outlook__cohorts') }}
),

kernels as (
    select
        region_id,
        age_quarters,
        surviving_share,
        deployed_share,
    from {{ ref('int_supply__kernels') }}
    where draw = 0
),

standing as (
    select
        origins.origin_id,
        cohorts.region_id,
        cohorts.quarter_start,
        {{ exact_sum('cohorts.nominal_h100e') }} as nominal_h100e,
        {{ exact_sum('cohorts.deployed_h100e') }} as deployed_h100e,
    from origins
    inner join cohorts
        on
            cohorts.quarter_start > origins.origin_quarter
            and coalesce(cohorts.cohort_quarter <= origins.origin_quarter, true)
    where origins.origin_kind = 'backtest'
    group by origins.origin_id, cohorts.region_id, cohorts.quarter_start
),

-- chips that are delivered after the origin, at the ages that they reach by each step
added as (
    select
        walks.origin_id,
        walks.series_id,
        walks.step + kernels.age_quarters as step,
        walks.draw,
        {%- for rule in rules %}
        {{ exact_sum('walks.' ~ rule ~ ' * kernels.surviving_share') }} as nominal_{{ rule }},
        {{ exact_sum('walks.' ~ rule ~ ' * kernels.deployed_share') }} as deployed_{{ rule }},
        {%- endfor %}
    from walks
    inner join kernels
        on
            walks.series_id = kernels.region_id
            and walks.step + kernels.age_quarters <= {{ var('outlook_scored_quarters') }}
    where walks.series_kind = 'region'
    group by walks.origin_id, walks.series_id, walks.step + kernels.age_quarters, walks.draw
),

regional as (
    select
        walks.origin_id,
        walks.series_id as region_id,
        walks.step,
        walks.quarter_start,
        walks.draw,
        {%- for rule in rules %}
        walks.{{ rule }} as delivered_{{ rule }},
        standing.nominal_h100e + added.nominal_{{ rule }} as nominal_{{ rule }},
        standing.deployed_h100e + added.deployed_{{ rule }} as deployed_{{ rule }},
        {%- endfor %}
    from walks
    inner join added
        on
            walks.origin_id = added.origin_id
            and walks.series_id = added.series_id
            and walks.step = added.step
            and walks.draw = added.draw
    inner join standing
        on
            walks.origin_id = standing.origin_id
            and walks.series_id = standing.region_id
            and walks.quarter_start = standing.quarter_start
    where walks.series_kind = 'region'
)

select
    origin_id,
    region_id,
    'all' as vendor,
    step,
    quarter_start,
    draw,
    {%- for rule in rules %}
    delivered_{{ rule }},
    nominal_{{ rule }},
    deployed_{{ rule }},
    {%- endfor %}
from regional

union all

select
    origin_id,
    'WORLD' as region_id,
    'all' as vendor,
    step,
    quarter_start,
    draw,
    {%- for rule in rules %}
    {{ exact_sum('delivered_' ~ rule) }} as delivered_{{ rule }},
    {{ exact_sum('nominal_' ~ rule) }} as nominal_{{ rule }},
    {{ exact_sum('deployed_' ~ rule) }} as deployed_{{ rule }},
    {%- endfor %}
from regional
group by origin_id, step, quarter_start, draw

union all

-- the stock of a maker's chips is not followed
select
    origin_id,
    'WORLD' as region_id,
    series_id as vendor,
    step,
    quarter_start,
    draw,
    {%- for rule in rules %}
    {{ rule }} as delivered_{{ rule }},
    null as nominal_{{ rule }},
    null as deployed_{{ rule }},
    {%- endfor %}
from walks
where series_kind = 'vendor'
