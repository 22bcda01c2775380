-- Demand on the central path as a walk: each component with what is done to the amount before it.
-- Steps that a kind of work or a region does not have are left out; the world adds up its regions
-- elsewhere.
with own_demand as (
    select * from {{ ref('int_demand__own_demand') }} where draw = 0
),

regional_service as (
    select * from {{ ref('int_demand__regional_service') }} where draw = 0
),

token_demand as (
    select * from {{ ref('int_demand__token_demand') }} where draw = 0
),

curves as (
    select * from {{ ref('int_demand__curves') }} where draw = 0 and curve = 'compute_per_token'
),

amounts as (
    select
        regional_service.quarter_start,
        regional_service.region_id,
        regional_service.workload_id,
        regional_service.observed_runs,
        regional_service.unobserved_runs,
        regional_service.experiments,
        regional_service.small_runs,
        regional_service.base_load,
        regional_service.tokens,
        regional_service.nontoken_generative,
        regional_service.moved_in,
        regional_service.moved_out,
        regional_service.runs_tokens,
        regional_service.pooled,
        regional_service.served,
        regional_service.wanted,
        own_demand.generative,
        token_demand.tokens_per_day / 1e12 as tera_tokens,
        curves.value as compute_per_token,
        token_demand.tokens_per_day / 1e12 * curves.value as plain_tokens,
    from regional_service
    inner join own_demand
        on
            regional_service.quarter_start = own_demand.quarter_start
            and regional_service.region_id = own_demand.region_id
            and regional_service.workload_id = own_demand.workload_id
    left join token_demand
        on
            regional_service.workload_id = 'inference'
            and regional_service.quarter_start = token_demand.quarter_start
            and regional_service.region_id = token_demand.region_id
    left join curves
        on
            regional_service.workload_id = 'inference'
            and regional_service.quarter_start = curves.quarter_start
),

{#-
    workload, step, operation, operand, amount after it, unit, explanation; a step whose amount is
    null is left out
-#}
{% set own = 'coalesce(generative, 0) + coalesce(base_load, 0)' %}
{% set steps = [
    ('training_large', 'observed_runs', 'start', 'observed_runs', 'observed_runs', 'h100e', 'published final runs of large jobs, smoothed over quarters'),
    ('training_large', 'unobserved_runs', 'times', '(observed_runs + unobserved_runs) / nullif(observed_runs, 0)', 'observed_runs + unobserved_runs', 'h100e', 'x factor for runs that nobody published'),
    ('training_large', 'experiments', 'times', 'generative / nullif(observed_runs + unobserved_runs, 0)', 'generative', 'h100e', 'x factor for experiments and failed runs at large scale'),
    ('training_small', 'observed_runs', 'start', 'observed_runs', 'observed_runs', 'h100e', 'published runs of smaller jobs, smoothed over quarters'),
    ('training_small', 'small_runs', 'times', '(observed_runs + small_runs) / nullif(observed_runs, 0)', 'observed_runs + small_runs', 'h100e', 'x factor for smaller runs that nobody published'),
    ('training_small', 'experiments', 'plus', 'experiments', 'generative', 'h100e', '+ experiments at small scale: large runs x unobserved runs x their factor'),
    ('inference', 'tokens_per_day', 'start', 'tera_tokens', 'tera_tokens', '1e12_tokens_per_day', 'tokens a day served in the region'),
    ('inference', 'compute_per_token', 'times', 'compute_per_token', 'plain_tokens', 'h100e', 'x H100 equivalents that serve 1e12 tokens a day'),
    ('inference', 'tokens', 'times', 'tokens / nullif(plain_tokens, 0)', 'tokens', 'h100e', 'x size of the models'),
    ('inference', 'nontoken_generative', 'times', 'generative / nullif(tokens, 0)', 'generative', 'h100e', 'x factor for images, video and other generative work'),
    ('training_small', 'base_load', 'plus', 'base_load', 'generative + base_load', 'h100e', '+ work that is not generative: what recommenders are claimed to run on, else a share of the first stock, growing'),
    ('inference', 'base_load', 'plus', 'base_load', 'generative + base_load', 'h100e', '+ work that is not generative: what recommenders are claimed to run on, else a share of the first stock, growing'),
    ('any', 'moved_out', 'minus', 'moved_out', own ~ ' - moved_out', 'h100e', '- work that runs abroad'),
    ('any', 'moved_in', 'plus', 'moved_in', own ~ ' - coalesce(moved_out, 0) + moved_in', 'h100e', '+ work that comes from abroad'),
    ('any', 'runs_tokens', 'result', 'null', 'runs_tokens', 'h100e', 'work in the region by runs and tokens'),
    ('any', 'pooled', 'times', 'pooled / nullif(runs_tokens, 0)', 'pooled', 'h100e', 'x pooled with claims on compute, each account by the inverse of its variance'),
    ('any', 'served', 'times', 'served / nullif(pooled, 0)', 'served', 'h100e', 'x what can have run on the stock: the middle of what lies below it'),
    ('any', 'wanted', 'times', 'wanted / nullif(served, 0)', 'wanted', 'h100e', 'x wanted over served: queues and refusals'),
] %}

walk as (
    {%- for workload_id, step, operation, operand, amount, unit, explanation in steps %}
    select
        quarter_start,
        region_id,
        workload_id,
        {{ loop.index }} as place,
        '{{ step }}' as step,
        '{{ operation }}' as operation,
        ({{ operand }})::double as operand,
        ({{ amount }})::double as value,
        '{{ unit }}' as unit,
        '{{ explanation }}' as explanation,
    from amounts
    {%- if workload_id != 'any' %}
    where workload_id = '{{ workload_id }}'
    {%- endif %}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

-- where a region has nothing of its own, the walk begins with what comes from abroad
select
    quarter_start,
    region_id,
    workload_id,
    place,
    step,
    case
        when operation = 'plus' and lag(place) over walk_in_order is null then 'start'
        else operation
    end as operation,
    operand,
    value,
    unit,
    explanation,
from walk
where value is not null and (operation = 'result' or operand is not null)
window walk_in_order as (partition by quarter_start, region_id, workload_id order by place)
