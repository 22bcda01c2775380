{{ config(materialized='view') }}
-- Change of matched offers around each event, over providers with equal weight, beside what chips
-- did in the same days that the event does not touch.
with events as (
    select * from {{ ref('int_prices__events') }}
),

changes as (
    select * from {{ ref('int_prices__event_changes') }}
),

organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
),

changes_by_region as (
    {{ in_region_and_world('changes') }}
),

provider_changes as (
    select
        changes_by_region.event_date,
        changes_by_region.window_days,
        changes_by_region.region_id,
        changes_by_region.chip_id,
        changes_by_region.commitment,
        coalesce(organisation_ids.organisation_id, changes_by_region.provider) as organisation_id,
        {{ exact_sum('changes_by_region.log_change_sum', 12) }}
        / sum(changes_by_region.offers) as log_change,
        sum(changes_by_region.offers)::bigint as offers,
        max(changes_by_region.known_on) as known_on,
    from changes_by_region
    left join organisation_ids on changes_by_region.provider = organisation_ids.label
    group by all
),

chip_changes as (
    select
        event_date,
        window_days,
        region_id,
        chip_id,
        commitment,
        {{ exact_sum('log_change', 12) }} / count(*) as log_change,
        sqrt(greatest(
            {{ exact_sum('log_change * log_change', 12) }} / count(*)
            - pow({{ exact_sum('log_change', 12) }} / count(*), 2),
            0
        )) * sqrt(count(*) / nullif(count(*) - 1.0, 0)) as log_deviation,
        count(*) as providers,
        sum(offers)::bigint as offers,
        max(known_on) as known_on,
    from provider_changes
    group by all
),

-- An event of one market is looked for in that market; moves abroad carry the United States as
-- their country and are looked for there and in the world. Rules and launches may move all.
touched as (
    select distinct
        events.event_id,
        events.event_kind,
        events.event_date,
        events.policy_id,
        events.organisation_id,
        events.announced_change_pct,
        events.direction,
        chip_changes.chip_id,
        chip_changes.region_id,
    from events
    inner join chip_changes
        on
            events.event_date = chip_changes.event_date
            and coalesce(events.chip_id = chip_changes.chip_id, true)
            and (
                events.region_id is null
                or events.region_id = chip_changes.region_id
                or (events.region_id <> 'CN' and chip_changes.region_id = 'WORLD')
            )
),

-- the untouched chips of the same days, region and terms
controls as (
    select
        event_ids.event_id,
        chip_changes.region_id,
        chip_changes.commitment,
        chip_changes.window_days,
        {{ exact_sum('chip_changes.log_change', 12) }} / count(*) as log_change,
        count(*) as chips,
    from (select distinct event_id, event_date from events) as event_ids
    inner join chip_changes on event_ids.event_date = chip_changes.event_date
    left join touched
        on
            event_ids.event_id = touched.event_id
            and chip_changes.chip_id = touched.chip_id
            and chip_changes.region_id = touched.region_id
    where touched.event_id is null
    group by all
),

-- other events within the window that touch the chip as well
neighbours as (
    select
        touched.event_id,
        touched.chip_id,
        touched.region_id,
        windows.window_days,
        count(distinct others.event_id) as other_events,
        string_agg(distinct others.event_id, ',' order by others.event_id) as other_event_ids,
    from touched
    cross join (select distinct window_days from chip_changes) as windows
    inner join events as others
        on
            touched.event_id <> others.event_id
            and coalesce(others.chip_id = touched.chip_id, true)
            and (
                others.region_id is null
                or touched.region_id = 'WORLD'
                or others.region_id = touched.region_id
            )
            and abs(others.event_date - touched.event_date) <= windows.window_days
    group by all
),

own_changes as (
    select
        touched.event_id,
        touched.chip_id,
        touched.region_id,
        provider_changes.commitment,
        provider_changes.window_days,
        provider_changes.log_change,
    from touched
    inner join provider_changes
        on
            touched.event_date = provider_changes.event_date
            and touched.chip_id = provider_changes.chip_id
            and touched.region_id = provider_changes.region_id
            and touched.organisation_id = provider_changes.organisation_id
    where touched.event_kind = 'price_move'
)

select
    touched.event_id,
    touched.region_id,
    touched.chip_id,
    chip_changes.commitment,
    chip_changes.window_days,
    touched.event_kind,
    touched.event_date,
    touched.policy_id,
    100 * (exp(chip_changes.log_change) - 1) as change_pct,
    100 * (exp(
        chip_changes.log_change - {{ student_t_95('(chip_changes.providers - 1)') }}
        * chip_changes.log_deviation / sqrt(chip_changes.providers)
    ) - 1) as change_pct_low,
    100 * (exp(
        chip_changes.log_change + {{ student_t_95('(chip_changes.providers - 1)') }}
        * chip_changes.log_deviation / sqrt(chip_changes.providers)
    ) - 1) as change_pct_high,
    chip_changes.offers,
    chip_changes.providers,
    100 * (exp(controls.log_change) - 1) as control_change_pct,
    coalesce(controls.chips, 0) as control_chips,
    100 * (exp(chip_changes.log_change - controls.log_change) - 1) as excess_change_pct,
    100 * (exp(own_changes.log_change) - 1) as own_change_pct,
    touched.announced_change_pct,
    coalesce(neighbours.other_events, 0) as other_events,
    neighbours.other_event_ids,
    chip_changes.known_on,
from touched
inner join chip_changes
    on
        touched.event_date = chip_changes.event_date
        and touched.chip_id = chip_changes.chip_id
        and touched.region_id = chip_changes.region_id
left join controls
    on
        touched.event_id = controls.event_id
        and touched.region_id = controls.region_id
        and chip_changes.commitment = controls.commitment
        and chip_changes.window_days = controls.window_days
left join neighbours
    on
        touched.event_id = neighbours.event_id
        and touched.chip_id = neighbours.chip_id
        and touched.region_id = neighbours.region_id
        and chip_changes.window_days = neighbours.window_days
left join own_changes
    on
        touched.event_id = own_changes.event_id
        and touched.chip_id = own_changes.chip_id
        and touched.region_id = own_changes.region_id
        and chip_changes.commitment = own_changes.commitment
        and chip_changes.window_days = own_changes.window_days
