-- Kept outlooks of quarters that have been counted since: their points, those of the rule of the record
-- alone where they were told apart, and those of the simple rule. A
-- quarter that was counted already, or became so on the day of the outlook, is no forecast. An outlook that
-- was made after the count is told apart from one that was made before it.
with kept as (
    select
        outlook_id,
        as_of,
        made_on,
        quarter_start,
        region_id,
        measure,
        value_p05,
        value_p25,
        value_p50,
        value_p75,
        value_p95,
        orders_p05,
        orders_p50,
        orders_p95,
        rule_p05,
        rule_p50,
        rule_p95,
        origin_quarter,
        known_to,
    from {{ source('build', 'kept_outlooks') }}
    where
        scenario_id = 'baseline'
        and growth_scenario_id = 'expected'
        and workload_id = 'all'
        and access = 'all'
        and yardstick = '8bit'

    union all

    select
        outlook_id,
        as_of,
        made_on,
        quarter_start,
        region_id,
        measure,
        value_p05,
        value_p25,
        value_p50,
        value_p75,
        value_p95,
        orders_p05,
        orders_p50,
        orders_p95,
        rule_p05,
        rule_p50,
        rule_p95,
        origin_quarter,
        known_to,
    from {{ ref('stg_own_outlooks__outlooks') }}
),

-- one that a warehouse and the repository both keep counts once
singled as (
    select *
    from kept
    qualify row_number() over (
        partition by outlook_id, quarter_start, region_id, measure
        order by made_on
    ) = 1
),

versions as (
    select * from {{ ref('int_shipments__versions') }}
),

counted as (
    select
        period_start as quarter_start,
        min(known_on) as counted_on,
    from versions
    where
        grain = 'by_chip'
        and period_basis = 'calendar_quarter'
        and not is_incomplete
        and change <> 'withdrawn'
    group by period_start
),

ahead as (
    select
        singled.*,
        case when singled.made_on < counted.counted_on then 'real' else 'as_of' end as kind,
    from singled
    inner join counted on singled.quarter_start = counted.quarter_start
    where
        singled.quarter_start > singled.origin_quarter
        and singled.as_of < counted.counted_on
)

select
    kind,
    outlook_id,
    measure,
    region_id,
    'outlook' as rule,
    origin_quarter,
    date_diff('quarter', origin_quarter, quarter_start)::integer as quarters_ahead,
    quarter_start,
    known_to,
    value_p05 as h100e_p05,
    value_p25 as h100e_p25,
    value_p50 as h100e_p50,
    value_p75 as h100e_p75,
    value_p95 as h100e_p95,
from ahead

{%- for rule, points in {'orders': 'orders', 'mean_growth': 'rule'}.items() %}

union all

select
    kind,
    outlook_id,
    measure,
    region_id,
    '{{ rule }}' as rule,
    origin_quarter,
    date_diff('quarter', origin_quarter, quarter_start)::integer as quarters_ahead,
    quarter_start,
    known_to,
    {{ points }}_p05 as h100e_p05,
    null as h100e_p25,
    {{ points }}_p50 as h100e_p50,
    null as h100e_p75,
    {{ points }}_p95 as h100e_p95,
from ahead
{%- if rule == 'orders' %}
where orders_p50 is not null
{%- endif %}
{%- endfor %}
