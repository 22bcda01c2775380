-- Nineteen points (5 to 95 %) of what each rule would have said at each past origin: of the rules on
-- deliveries from their draws, of the two naive rules on stock from the normal distribution of the
-- logarithm. Those carry on the mean growth of the stock (of all quarters, or of the last four) with
-- the spread that it had.
{% set rules = outlook_rules() %}
{% set measures = ['delivered', 'nominal', 'deployed'] %}
with paths as (
    select * from {{ ref('int_outlook__record_paths') }}
),

origins as (
    select * from {{ ref('int_outlook__origins') }}
),

truths as (
    select * from {{ ref('int_outlook__truths') }}
),

path_points as (
    select
        origin_id,
        region_id,
        vendor,
        step,
        quarter_start,
        {%- for measure in measures %}
        {%- for rule in rules %}
        quantile_cont({{ measure }}_{{ rule }}, [{{ outlook_probabilities() }}])
            as {{ measure }}_{{ rule }},
        {%- endfor %}
        {%- endfor %}
    from paths
    group by origin_id, region_id, vendor, step, quarter_start
),

rule_points as (
    {%- for measure in measures %}
    {%- for rule in rules %}
    {{ 'union all' if not (loop.first and measure == 'delivered') }}
    select
        origin_id,
        '{{ measure }}' as measure,
        region_id,
        vendor,
        '{{ rule }}' as rule,
        step,
        quarter_start,
        {{ measure }}_{{ rule }} as points,
    from path_points
    where {{ measure }}_{{ rule }} is not null
    {%- endfor %}
    {%- endfor %}
),

stock_growth as (
    select
        later.measure,
        later.region_id,
        later.quarter_start,
        ln(later.h100e / earlier.h100e) as log_growth,
    from truths as later
    inner join truths as earlier
        on
            later.measure = earlier.measure
            and later.region_id = earlier.region_id
            and later.vendor = earlier.vendor
            and earlier.quarter_start = (later.quarter_start - interval 3 month)::date
    where later.measure in ('nominal', 'deployed')
),

stock_rates as (
    select
        origins.origin_id,
        origins.origin_quarter,
        origins.steps,
        stock_growth.measure,
        stock_growth.region_id,
        count(*) as growth_quarters,
        avg(stock_growth.log_growth order by stock_growth.quarter_start) as mean_growth,
        avg(stock_growth.log_growth order by stock_growth.quarter_start) filter (
            where date_diff('quarter', stock_growth.quarter_start, origins.origin_quarter) < 4
        ) as last_four_growth,
        stddev_samp(stock_growth.log_growth order by stock_growth.quarter_start) as growth_sd,
    from origins
    inner join stock_growth on stock_growth.quarter_start <= origins.origin_quarter
    where origins.origin_kind = 'backtest'
    group by
        origins.origin_id,
        origins.origin_quarter,
        origins.steps,
        stock_growth.measure,
        stock_growth.region_id
),

stock_drifts as (
    select
        *,
        'stock_drift' as rule,
        mean_growth as drift,
        growth_quarters as drift_quarters,
    from stock_rates

    union all

    select
        *,
        'stock_last_four' as rule,
        last_four_growth as drift,
        4 as drift_quarters,
    from stock_rates
),

stock_steps as (
    select
        stock_drifts.*,
        truths.h100e as start_h100e,
        unnest(range(1, 1 + stock_drifts.steps))::integer as step,
    from stock_drifts
    inner join truths
        on
            stock_drifts.measure = truths.measure
            and stock_drifts.region_id = truths.region_id
            and stock_drifts.origin_quarter = truths.quarter_start
            and truths.vendor = 'all'
),

normal_points as (
    select * from {{ outlook_normal_points() }}
),

-- a walk with the spread of past growth, and a drift that is known from as many quarters
stock_points as (
    select
        stock_steps.origin_id,
        stock_steps.measure,
        stock_steps.region_id,
        stock_steps.rule,
        stock_steps.step,
        (stock_steps.origin_quarter + to_months((3 * stock_steps.step)::integer))::date
            as quarter_start,
        list(
            stock_steps.start_h100e * exp(
                stock_steps.drift * stock_steps.step
                + normal_points.z * stock_steps.growth_sd
                * sqrt(stock_steps.step + power(stock_steps.step, 2) / stock_steps.drift_quarters)
            )
            order by normal_points.probability
        ) as points,
    from stock_steps
    cross join normal_points
    group by
        stock_steps.origin_id,
        stock_steps.origin_quarter,
        stock_steps.measure,
        stock_steps.region_id,
        stock_steps.rule,
        stock_steps.step
)

select
    origin_id,
    measure,
    region_id,
    vendor,
    rule,
    step,
    quarter_start,
    points,
from rule_points

union all

select
    origin_id,
    measure,
    region_id,
    'all' as vendor,
    rule,
    step,
    quarter_start,
    points,
from stock_points
