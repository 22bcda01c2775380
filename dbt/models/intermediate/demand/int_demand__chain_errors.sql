-- What an account of demand can miss beyond the width of its inputs, by cell: a judged standard
-- deviation on the logarithmic scale, stated before any comparison. Runs and tokens: the error grows
-- with the time since their last reading. Claims: by year, straight between the middles of years.
with chain_errors as (
    select * from {{ assumption_points('chain_structural_sd') }}
),

growth as (
    select chain_structural_sd_growth as log_sd_per_year
    from {{ constant_points('chain_structural_sd_growth') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

run_coverage as (
    select * from {{ ref('int_demand__run_coverage') }}
),

token_ends as (
    select max(on_date) as last_observed_on
    from {{ ref('int_demand__token_observations') }}
),

workloads as (
    select workload_id from {{ ref('int_reference__workloads') }}
),

runs_tokens as (
    select
        chain_errors.chain,
        chain_errors.region_id,
        quarters.quarter_start,
        chain_errors.workload_id,
        chain_errors.value_central + growth.log_sd_per_year * greatest(
            0,
            date_diff(
                'day',
                case chain_errors.workload_id
                    when 'inference' then token_ends.last_observed_on
                    else (run_coverage.last_covered_quarter + interval 3 month)::date
                end,
                quarters.mid_quarter_on
            )
        ) / 365.25 as log_sd,
    from chain_errors
    inner join run_coverage on chain_errors.region_id = run_coverage.region_id
    cross join quarters
    cross join token_ends
    cross join growth
    where chain_errors.chain = 'runs_tokens'
),

claim_points as (
    select
        region_id as curve,
        coalesce((valid_from + interval 6 month)::date, date '{{ var("first_quarter") }}')
            as on_date,
        value_central as log_sd,
    from chain_errors
    where chain = 'claims'
),

claim_days as (
    select
        regions.curve,
        quarters.quarter_start,
        quarters.mid_quarter_on as on_date,
    from (select curve from claim_points group by curve) as regions
    cross join quarters
),

{{ place_between_points('claim_points', 'claim_days', 'places') }},

claims as (
    select
        'claims' as chain,
        claim_days.curve as region_id,
        claim_days.quarter_start,
        workloads.workload_id,
        firsts.log_sd + places.inside_weight * (seconds.log_sd - firsts.log_sd) as log_sd,
    from claim_days
    cross join workloads
    inner join places
        on
            claim_days.curve = places.curve
            and claim_days.on_date = places.on_date
    inner join claim_points as firsts
        on
            places.curve = firsts.curve
            and places.first_on = firsts.on_date
    inner join claim_points as seconds
        on
            places.curve = seconds.curve
            and places.second_on = seconds.on_date
)

select * from runs_tokens
union all
select * from claims
