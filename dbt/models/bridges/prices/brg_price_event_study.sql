-- Behind a change around an event: the last readings before it and within the window after it, the
-- same of the chips that the event does not touch, and what tells of this and of other events. A
-- chip that the event touches in the region has a row of its own and is no control.
{%- set cell = ['region_id', 'commitment', 'window_days'] %}
{%- set key = ['event_id', 'region_id', 'chip_id', 'commitment', 'window_days'] %}
with studies as (
    select * from {{ published('fct_price_event_study') }}
),

policies as (
    select * from {{ published('dim_policy') }}
),

chips as (
    select * from {{ published('dim_chip') }}
),

changes as (
    select * from {{ published('brg_event_reading') }}
),

by_region as (
    {{ in_region_and_world('changes') }}
),

shared as (
    select
        *,
        {{ provider_share(['event_date', 'chip_id'] + cell, 'organisation_id') }} as weight,
    from by_region
),

touched as (
    select distinct
        event_id,
        event_date,
        chip_id,
        region_id,
    from studies
),

events as (
    select distinct
        event_id,
        event_date,
        {{ cell | join(',\n        ') }},
    from studies
),

controls as (
    select
        events.event_id,
        {%- for column in cell %}
        events.{{ column }},
        {%- endfor %}
        shared.offer_id_before,
        shared.offer_id_after,
        shared.weight / count(distinct shared.chip_id) over (
            partition by events.event_id, {% for column in cell -%}
                events.{{ column }}{{ ', ' if not loop.last }}
            {%- endfor %}
        ) as weight,
    from events
    inner join shared
        on
            events.event_date = shared.event_date
            {%- for column in cell %}
            and events.{{ column }} = shared.{{ column }}
            {%- endfor %}
    left join touched
        on
            events.event_id = touched.event_id
            and shared.chip_id = touched.chip_id
            and shared.region_id = touched.region_id
    where touched.event_id is null
),

-- with the sign of their part in the change
sides as (
    select
        {%- for column in key %}
        studies.{{ column }},
        {%- endfor %}
        'price' as step,
        shared.offer_id_before,
        shared.offer_id_after,
        shared.weight,
    from studies
    inner join shared
        on
            studies.event_date = shared.event_date
            and studies.chip_id = shared.chip_id
            {%- for column in cell %}
            and studies.{{ column }} = shared.{{ column }}
            {%- endfor %}

    union all

    select
        {%- for column in key %}
        studies.{{ column }},
        {%- endfor %}
        'control: price' as step,
        controls.offer_id_before,
        controls.offer_id_after,
        controls.weight,
    from studies
    inner join controls
        on
            studies.event_id = controls.event_id
            {%- for column in cell %}
            and studies.{{ column }} = controls.{{ column }}
            {%- endfor %}
),

-- a rule and a launch are told of where rules and chips are, all else among the moves of prices
told_events as (
    select
        {{ key | join(',\n        ') }},
        'event' as step,
        event_id as told_id,
    from studies

    union all

    select
        {{ key | join(',\n        ') }},
        'other events' as step,
        unnest(string_split(other_event_ids, ',')) as told_id,
    from studies
),

placed_events as (
    select
        told_events.*,
        policies.policy_id,
        chips.chip_id as launched_chip_id,
    from told_events
    left join policies on told_events.told_id = policies.policy_id
    left join chips on told_events.told_id = 'launch-' || chips.chip_id
)

select
    {{ key | join(',\n    ') }},
    step || ' before' as step,
    'fct_rental_offer' as input_table,
    offer_id_before as input_key,
    -weight as weight,
from sides

union all

select
    {{ key | join(',\n    ') }},
    step || ' after' as step,
    'fct_rental_offer' as input_table,
    offer_id_after as input_key,
    weight,
from sides

union all

select
    {{ key | join(',\n    ') }},
    step,
    case
        when policy_id is not null then 'export_controls__policy_events'
        when launched_chip_id is not null then 'chip_specs__chip_specs'
        else 'price_events__price_events'
    end as input_table,
    coalesce(policy_id, launched_chip_id, told_id) as input_key,
    cast(null as double) as weight,
from placed_events

union all

select
    {{ key | join(',\n    ') }},
    step,
    case when policy_id is null then 'dim_chip' else 'dim_policy' end as input_table,
    coalesce('policy_id=' || policy_id, 'chip_id=' || launched_chip_id) as input_key,
    cast(null as double) as weight,
from placed_events
where coalesce(policy_id, launched_chip_id) is not null
