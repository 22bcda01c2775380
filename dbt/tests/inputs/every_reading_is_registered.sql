-- A model that reads a parameter which is not registered finds no row and would go on with nulls.
with parameters as (
    select * from {{ ref('stg_assumptions__parameters') }}
)

select
    readings.model,
    readings.parameter,
    'not in the table of parameters' as fault,
from {{ readings_of_assumptions() }} as readings (model, kind, parameter)
left join parameters on readings.parameter = parameters.parameter
where
    readings.parameter is not null
    and parameters.parameter is null
