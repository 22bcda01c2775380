-- The steps of supply on the central path as a walk: each step with the factor that leads to it. A
-- factor over several owners and origins is the mean that their parts give. The world adds up its
-- regions.
with parts as (
    select * from {{ ref('int_balance__walk_parts') }}
),

{#- step, its amount by part, whether training alone has it, and what it says -#}
{% set steps = [
    ('nominal', 'nominal', false, 'delivered and not retired, in H100 equivalents'),
    ('deployed', 'deployed', false, 'nominal x share that has arrived at work (deployment lag, survival)'),
    ('powered', 'powered', false, 'deployed x share with live power'),
    ('training_grade', 'training_grade', true, 'powered x share of chips fit for training'),
    ('suitable', 'suitable', false, 'of these what stands in large clusters (large jobs only)'),
    ('at_utilisation', 'suitable * utilisation', true, 'suitable x utilisation over the reference utilisation'),
    ('after_failures', 'suitable * utilisation * goodput', true, 'x part of the time not lost to failures'),
    (
        'after_software',
        'suitable * coalesce(utilisation, 1) * coalesce(goodput, 1) * software_factor',
        false,
        'x maturity of software (Chinese chips)'
    ),
    ('usable', 'usable', false, 'x occupancy: part of the time that chips are at work'),
    ('merchant', 'merchant', false, 'usable x share that owners offer to others'),
] %}

regions as (
    {%- for step, amount, is_training, explanation in steps %}
    select
        quarter_start,
        region_id,
        workload_id,
        {{ loop.index }} as place,
        '{{ step }}' as step,
        '{{ explanation }}' as explanation,
        {{ exact_sum(amount) }} as value,
    from parts
    {%- if is_training %}
    where workload_id <> 'inference'
    {%- endif %}
    group by quarter_start, region_id, workload_id
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

everywhere as (
    select * from regions

    union all

    select
        quarter_start,
        'WORLD' as region_id,
        workload_id,
        place,
        step,
        explanation,
        {{ exact_sum('value') }} as value,
    from regions
    group by quarter_start, workload_id, place, step, explanation
)

select
    quarter_start,
    region_id,
    workload_id,
    place,
    step,
    explanation,
    value,
    value / nullif(
        lag(value) over (partition by quarter_start, region_id, workload_id order by place), 0
    ) as factor,
from everywhere
