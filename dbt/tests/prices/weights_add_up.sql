-- The parts of what stands behind a price add up to what the step claims: a mean takes all of its
-- inputs once, a change as much of the later prices as of the earlier ones.
{%- set index_key = ['month_start', 'region_id', 'chip_id', 'commitment'] %}
{%- set quarter_key = ['quarter_start', 'region_id', 'chip_id'] %}
{%- set event_key = ['event_id', 'region_id', 'chip_id', 'commitment', 'window_days'] %}
{#- bridge, key, and for each step what its positive parts and what all of its parts add up to -#}
{%- set claims = [
    ('brg_rental_offer', ['offer_id'], {'price': (1, 1), 'prices of peers': (1, 1)}),
    ('brg_rental_price', index_key + ['provider_type'], {'rent': (1, 1)}),
    ('brg_rental_price_index', index_key, {'step of the month': (1, 0)}),
    ('brg_rental_index_drift', index_key, {'direct change': (1, 0), 'chained change': (12, 0)}),
    ('brg_rental_price_review', ['offer_key', 'read_month'],
        {'later price': (1, 1), 'earlier price': (1, 1)}),
    ('brg_gpu_hour_cost', quarter_key,
        {'chip price': (1, 1), 'mean purchase price': (1, 1), 'deliveries': (1, 1)}),
    ('brg_scarcity_premium', quarter_key,
        {'rent': (1, 1), 'hyperscaler list': (1, 1), 'index steps': (none, 0)}),
    ('brg_price_event_study', event_key,
        {'price after': (1, 1), 'price before': (none, -1),
         'control: price after': (1, 1), 'control: price before': (none, -1)}),
] %}
with sums as (
    {%- for bridge, key, steps in claims %}
    select
        '{{ bridge }}' as bridge,
        concat_ws('|', {{ key | join(', ') }}) as key,
        step,
        -- readings without weight say where a series begins
        sum(weight) filter (where weight > 0) as positive,
        sum(weight) as total,
    from {{ ref(bridge) }}
    where step in ('{{ steps | join("', '") }}')
    group by {{ key | join(', ') }}, step
    having count(*) filter (where weight <> 0) > 0
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

claims as (
    {%- for bridge, key, steps in claims %}
    {%- set is_last = loop.last %}
    {%- for step, claim in steps.items() %}
    select
        '{{ bridge }}' as bridge,
        '{{ step }}' as step,
        cast({{ claim[0] if claim[0] is not none else 'null' }} as double) as claimed_positive,
        cast({{ claim[1] }} as double) as claimed_total,
    {% if not (is_last and loop.last) %}union all{% endif %}
    {%- endfor %}
    {%- endfor %}
)

select
    sums.*,
    claims.claimed_positive,
    claims.claimed_total,
from sums
inner join claims
    on
        sums.bridge = claims.bridge
        and sums.step = claims.step
where
    abs(sums.positive - claims.claimed_positive) > 1e-9
    or coalesce(abs(sums.total - claims.claimed_total) > 1e-9, true)
