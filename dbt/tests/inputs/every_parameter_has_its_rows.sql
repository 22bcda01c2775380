-- A parameter without any row is read as nothing, and of one that is read as a constant a second row
-- would be passed over in silence.
with parameters as (
    select * from {{ ref('stg_assumptions__parameters') }}
),

assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

constants as (
    select
        parameter,
        string_agg(model, ', ' order by model) as models,
    from {{ readings_of_assumptions() }} as readings (model, kind, parameter)
    where kind = 'constant'
    group by parameter
),

counted as (
    select
        parameters.parameter,
        constants.models as read_as_constant_by,
        count(assumptions.assumption_id) as found,
        case when constants.models is null then 'at least 1' else '1' end as expected,
    from parameters
    left join assumptions on parameters.parameter = assumptions.parameter
    left join constants on parameters.parameter = constants.parameter
    group by parameters.parameter, constants.models
)

select *
from counted
where
    found = 0
    or (found > 1 and expected = '1')
