-- What was announced of a site beside what its tracker saw there: the last level seen by the day of the
-- announcement, the first day on which the announced size was seen, and the first on which the
-- tracker expects it.
with milestones as (
    select * from {{ ref('stg_site_milestones__site_milestones') }}
),

site_readings as (
    select * from {{ ref('int_datacenters__site_readings') }}
),

build as (
    select as_of from {{ source('build', 'parameters') }}
),

compared as (
    select
        milestones.milestone_id,
        milestones.due_on,
        milestones.value as announced,
        site_readings.on_date,
        site_readings.is_projection,
        case milestones.metric
            when 'h100e_8bit' then site_readings.h100e_8bit
            when 'it_power_mw' then site_readings.it_power_mw
            when 'facility_power_mw' then site_readings.facility_power_mw
        end as tracked,
    from milestones
    inner join site_readings on milestones.site_id = site_readings.site_id
),

seen as (
    select
        milestone_id,
        arg_max(tracked, on_date) filter (
            where not is_projection and on_date <= due_on
        ) as tracked_when_due,
        min(on_date) filter (where not is_projection and tracked >= announced) as reached_on,
        min(on_date) filter (where is_projection and tracked >= announced) as expected_on,
    from compared
    where tracked is not null
    group by milestone_id
)

select
    milestones.milestone_id,
    milestones.site_id,
    milestones.due_on,
    milestones.kind,
    milestones.metric,
    milestones.value as announced,
    seen.tracked_when_due,
    seen.tracked_when_due / milestones.value as tracked_over_announced,
    seen.reached_on,
    case when seen.reached_on is null then seen.expected_on end as expected_on,
    case
        when seen.reached_on is not null then date_diff('day', milestones.due_on, seen.reached_on)
        when milestones.due_on < build.as_of then date_diff('day', milestones.due_on, build.as_of)
    end as days_late,
    seen.reached_on is null and milestones.due_on < build.as_of as is_overdue,
    milestones.statement,
    milestones.source_id,
    milestones.known_on,
    milestones.confidence,
from milestones
left join seen on milestones.milestone_id = seen.milestone_id
cross join build
