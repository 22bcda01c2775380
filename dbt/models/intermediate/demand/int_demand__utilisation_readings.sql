-- Observations of use from four tables in one form: what share of a fleet was in use, and in which
-- sense. The registry says what each row measures and which rows repeat another; it is joined last,
-- so that an observation without an entry is lost nowhere but here, where a test counts it.
with efficiency_observations as (
    select * from {{ ref('stg_efficiency_observations__efficiency_observations') }}
),

national_compute as (
    select * from {{ ref('stg_national_compute__national_compute_capacity') }}
),

computing_centres as (
    select * from {{ ref('stg_national_compute__intelligent_computing_centres_cn') }}
),

cost_components as (
    select * from {{ ref('stg_cost_components__cost_components') }}
),

power_and_buildout as (
    select * from {{ ref('stg_datacenter_power__power_and_buildout') }}
),

utilisation_measures as (
    select * from {{ ref('stg_vocabulary__utilisation_measures') }}
),

organisations as (
    select * from {{ ref('int_reference__organisations') }}
),

organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
),

observations as (
    select
        observation_id,
        system_name as subject,
        coalesce(mfu_pct, utilisation_pct) as stated_pct,
        'eq' as qualifier,
        on_date,
        chip_label,
        chip_count,
        source_id,
        known_on,
        confidence,
    from efficiency_observations
    where coalesce(mfu_pct, utilisation_pct) is not null

    union all

    -- shares of a total (of the world, of a country) measure no use
    select
        row_id as observation_id,
        coalesce(entity, country_or_group_code) as subject,
        value as stated_pct,
        value_qualifier as qualifier,
        on_date,
        null as chip_label,
        null as chip_count,
        source_id,
        known_on,
        confidence,
    from national_compute
    where
        metric in (
            'utilisation_pct', 'mature_utilisation_pct', 'ramp_up_utilisation_pct',
            'rack_occupancy_pct', 'unused_share_pct'
        )
        and value_kind = 'actual'

    union all

    select
        centre_id as observation_id,
        centre_name as subject,
        utilisation_pct as stated_pct,
        'approx' as qualifier,
        -- the source states the use since opening without a day
        coalesce(as_of_on, published_on, accessed_on) as on_date,
        null as chip_label,
        null as chip_count,
        source_id,
        known_on,
        confidence,
    from computing_centres
    where utilisation_pct is not null

    union all

    select
        component_id as observation_id,
        coalesce(source_title, component_id) as subject,
        -- share to percent
        value_central * 100 as stated_pct,
        'eq' as qualifier,
        period_end as on_date,
        null as chip_label,
        null as chip_count,
        source_id,
        known_on,
        confidence,
    from cost_components
    where component = 'utilisation'

    union all

    select
        row_id as observation_id,
        entity as subject,
        value as stated_pct,
        value_qualifier as qualifier,
        on_date,
        null as chip_label,
        null as chip_count,
        source_id,
        known_on,
        confidence,
    from power_and_buildout
    where
        metric = 'vacancy_pct'
        and value_kind = 'actual'
)

select
    observations.observation_id,
    coalesce(organisations.organisation_name, observations.subject) as subject,
    utilisation_measures.region_id,
    utilisation_measures.segment,
    observations.on_date,
    utilisation_measures.metric,
    utilisation_measures.is_own_fleet,
    utilisation_measures.peak_rate,
    case
        when utilisation_measures.is_complement then 100 - observations.stated_pct
        else observations.stated_pct
    end as value_pct,
    observations.qualifier,
    observations.chip_label,
    observations.chip_count,
    utilisation_measures.observation_id is not null as is_classified,
    utilisation_measures.note as classification_note,
    observations.source_id,
    observations.known_on,
    observations.confidence,
from observations
left join utilisation_measures
    on observations.observation_id = utilisation_measures.observation_id
left join organisation_ids on observations.subject = organisation_ids.label
left join organisations on organisation_ids.organisation_id = organisations.organisation_id
