-- How a region shares its chips out on the central path, in shares of its powered stock weighted by
-- inference: what each kind of work needs, what it gets, and what is left over. The last row is the
-- part of usable compute that the kind of work can get.
with needs as (
    select * from {{ ref('int_balance__needs') }} where draw = 0 and scenario_id = 'baseline'
),

allocation as (
    select * from {{ ref('int_balance__allocation') }} where draw = 0 and scenario_id = 'baseline'
),

shares as (
    {%- for workload_id, short, suitable, cap in [
        (
            'training_large', 'large', 'needs.large_share',
            'least(needs.large_share, needs.grade_share - allocation.got_small)'
        ),
        (
            'training_small', 'small', 'needs.grade_share',
            'needs.grade_share - allocation.got_large'
        ),
        ('inference', 'inference', '1.0', '1.0'),
    ] %}
    select
        needs.quarter_start,
        needs.region_id,
        '{{ workload_id }}' as workload_id,
        needs.access,
        needs.idle_share,
        needs.need_served_large,
        needs.need_served_small,
        needs.need_served_inference,
        needs.load_served,
        needs.load_wanted,
        needs.need_wanted_{{ short }} as need_wanted,
        {{ suitable }} as suitable_share,
        allocation.got_{{ short }} as got,
        allocation.surplus,
        {{ cap }} as most,
        least(allocation.got_{{ short }} + allocation.surplus, {{ cap }}) as supply_share,
        needs.usable_{{ short }} as usable,
        allocation.supply_{{ short }} as supply,
        allocation.wanted_{{ short }} as wanted,
    from needs
    inner join allocation
        on
            needs.quarter_start = allocation.quarter_start
            and needs.region_id = allocation.region_id
            and needs.access = allocation.access
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

{% set shown = [
    ('suitable_share', 'suitable_share', 'part of the stock that suits this work'),
    ('need_served_large', 'need_served_large', 'need of large training as served: demand / usable x suitable share'),
    ('need_served_small', 'need_served_small', 'need of small training as served'),
    ('need_served_inference', 'need_served_inference', 'need of inference as served'),
    ('load_served', 'load_served', 'sum of the needs served: above 1 everyone is scaled down'),
    ('need_wanted', 'need_wanted', 'need of this work as wanted'),
    ('idle_share', 'idle_share', 'owned or reserved and idle: not to be had'),
    ('load_wanted', 'load_wanted', 'sum of the needs wanted by all work and what is idle: above 1 the region is short'),
    ('got', 'got', 'what this work gets: served first, then unmet work in turn'),
    ('surplus', 'surplus', 'what nobody wants, offered to each kind of work in turn'),
    ('most', 'most', 'most that this work could take'),
    ('supply_share', 'supply_share', 'got + surplus, at most the most'),
] %}

long as (
    {%- for step, amount, explanation in shown %}
    select
        quarter_start,
        region_id,
        workload_id,
        access,
        {{ loop.index }} as place,
        '{{ step }}' as step,
        {{ amount }} as value,
        '{{ explanation }}' as explanation,
        usable,
        supply,
        wanted,
    from shares
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select *
from long
where value is not null
