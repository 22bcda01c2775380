-- The assumptions with what their parameter says of them: unit, scale of the fit, role, and the
-- family with which a row shares its errors. Models read them through the macros of
-- macros/assumptions.sql.
with assumptions as (
    select * from {{ ref('stg_assumptions__assumptions') }}
),

parameters as (
    select * from {{ ref('stg_assumptions__parameters') }}
),

-- The scope without its time: rows that share it are one parameter at several times. The text is
-- part of the keys of draws, so what was not thought of at first is added behind, and only where
-- it is given.
keyed as (
    select
        assumptions.*,
        parameters.unit,
        parameters.distribution,
        parameters.role,
        parameters.sections,
        coalesce(assumptions.valid_from, assumptions.on_date) as time_key,
        concat_ws(
            '|',
            assumptions.parameter,
            coalesce(assumptions.region_id, ''),
            coalesce(assumptions.origin, ''),
            coalesce(assumptions.owner, assumptions.owner_type, assumptions.owner_group, ''),
            coalesce(assumptions.workload_id, ''),
            coalesce(assumptions.series, ''),
            coalesce(assumptions.quarter_of_year::varchar, ''),
            coalesce(assumptions.market, ''),
            case when parameters.chips_vary_apart then coalesce(assumptions.chip_id, '') end,
            {%- for column in [
                'vendor', 'job_scale', 'package_class', 'yardstick', 'indicator', 'commitment', 'chain',
                'claim_class', 'claim_group', 'reading',
            ] %}
            '{{ column }}=' || assumptions.{{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as family_key,
        coalesce(assumptions.growth_scenario, assumptions.rule_scenario) as world,
    from assumptions
    inner join parameters on assumptions.parameter = parameters.parameter
),

ordered as (
    select
        *,
        lead(valid_from) over (
            partition by family_key, world
            order by valid_from
        ) as next_valid_from,
        -- a row of a world takes the place of one of the family, so it adds no time to it
        count(time_key) filter (where replaces is null) over (partition by family_key)
            as times_in_family,
    from keyed
)

select
    assumption_id,
    parameter,
    region_id,
    also_region_id,
    chip_id,
    also_chip_id,
    vendor,
    owner,
    owner_type,
    owner_group,
    origin,
    market,
    workload_id,
    job_scale,
    package_class,
    yardstick,
    series,
    indicator,
    commitment,
    chain,
    claim_class,
    claim_group,
    reading,
    epoch_confidence,
    also_epoch_confidence,
    growth_scenario,
    rule_scenario,
    quarter_of_year,
    flop_from,
    flop_below,
    on_date,
    valid_from,
    -- a row holds until the next of its family begins, and the last one for good, unless it ends
    coalesce(valid_to, next_valid_from) as valid_to,
    replaces,
    -- a row of a world differs from the one that it replaces by its points, never by its luck
    coalesce(replaces, assumption_id) as deviate_id,
    value_low,
    value_central,
    value_high,
    value_low = value_high as is_constant,
    unit,
    case
        when distribution = 'lognormal' then 'log'
        when distribution = 'beta' then 'logit'
        when distribution = 'triangular' and starts_with(unit, 'share') then 'logit'
        else 'identity'
    end as fit_scale,
    case when times_in_family > 1 then family_key end as family_key,
    string_split(sections, ';') as sections,
    role = 'driver' as is_driver,
    source_id,
from ordered
