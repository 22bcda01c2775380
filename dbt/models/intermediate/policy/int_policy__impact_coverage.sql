-- For every act and destination that it reaches: whether its effect on volumes is quantified, by which
-- flows, or why not. Flows are pieces of Chinese arrivals (see scenario_flows), so they speak of
-- destinations in that region alone.
with policies as (
    select * from {{ ref('int_policy__policies') }}
),

rule_book as (
    select * from {{ ref('int_policy__rule_book') }}
),

destination_codes as (
    select * from {{ ref('int_policy__destination_codes') }}
),

countries as (
    select * from {{ ref('stg_countries__countries') }}
),

scenarios as (
    select * from {{ ref('stg_scenarios__scenarios') }}
),

scenario_flows as (
    select * from {{ ref('stg_scenarios__scenario_flows') }}
),

volume_reviews as (
    select * from {{ ref('stg_policy_watch__volume_reviews') }}
),

deciding_rows as (
    select
        policy_id,
        destination_group,
    from rule_book
    where role not in ('information', 'headroom', 'flag', 'guidance')
    group by policy_id, destination_group
),

acts as (
    select
        policies.policy_id,
        policies.affects,
        count(deciding_rows.policy_id) > 0 as decides,
    from policies
    left join deciding_rows using (policy_id)
    group by policies.policy_id, policies.affects
),

scenario_effects as (
    select
        scenario_id,
        bool_and(volume_rule <> 'unknown') as has_volumes,
        string_agg(scenario_id || '/' || flow_id, ',' order by flow_id) as flow_ids,
        max(case when volume_rule = 'unknown' then reasoning end) as missing,
    from scenario_flows
    group by scenario_id
),

-- of several scenarios that switch an act those with volumes are named, else those without
act_flows as (
    select
        switched.policy_id,
        bool_or(scenario_effects.has_volumes) as has_volumes,
        coalesce(
            string_agg(scenario_effects.flow_ids, ',' order by scenario_effects.scenario_id)
                filter (where scenario_effects.has_volumes),
            string_agg(scenario_effects.flow_ids, ',' order by scenario_effects.scenario_id)
        ) as flow_ids,
        string_agg(scenario_effects.scenario_id, ', ' order by scenario_effects.scenario_id)
            filter (where scenario_effects.has_volumes) as scenario_ids,
        min(scenario_effects.missing) as missing,
    from (select distinct policy_id, scenario_id from scenarios) as switched
    inner join scenario_effects using (scenario_id)
    group by switched.policy_id
),

-- an act reaches the countries of its rows; one with flows the region of the flows as well; one of
-- neither has a single row that speaks of all
reached as (
    select
        deciding_rows.policy_id,
        destination_codes.country_code,
    from deciding_rows
    inner join destination_codes
        on deciding_rows.destination_group = destination_codes.destination_code
    union
    select
        act_flows.policy_id,
        countries.country_code,
    from act_flows
    cross join countries
    where countries.region_id = 'CN'
),

destinations as (
    select
        acts.policy_id,
        acts.affects,
        acts.decides,
        coalesce(reached.country_code, 'all') as destination_country,
        coalesce(countries.region_id = 'CN', false) as is_place_of_flows,
    from acts
    left join reached using (policy_id)
    left join countries on reached.country_code = countries.country_code
)

select
    destinations.policy_id,
    destinations.destination_country,
    destinations.decides,
    coalesce(destinations.is_place_of_flows and act_flows.has_volumes, false) as is_quantified,
    case when destinations.is_place_of_flows then act_flows.flow_ids end as scenario_flow_ids,
    act_flows.policy_id is not null as has_flows,
    volume_reviews.policy_id is not null as is_reviewed,
    case
        when destinations.is_place_of_flows and act_flows.has_volumes
            then concat('by ', act_flows.scenario_ids, ', with the other acts switched there')
        when destinations.is_place_of_flows and act_flows.policy_id is not null
            then concat('no assumption states the volume: ', act_flows.missing)
        when volume_reviews.policy_id is not null
            then concat(replace(volume_reviews.cause, '_', ' '), ': ', volume_reviews.reason)
        when act_flows.policy_id is not null
            then 'flows speak of arrivals in China; none states what this destination would have bought'
        when not destinations.decides
            then concat(
                'no row of it decides about a chip at a destination; it concerns ',
                destinations.affects
            )
        else 'no flow states its volumes and nobody has said why'
    end as reason,
from destinations
left join act_flows using (policy_id)
left join volume_reviews using (policy_id)
