-- A judgement that moves a figure, or says how draws move together, but that no model reads is a
-- mistake: either the model forgot it or the rows have no use. Who reads what is told by the calls of
-- the macros by which models read; a model that only tells which rows stand behind a figure does not
-- count. Checks and bounds may stay unread.
with parameters as (
    select * from {{ ref('stg_assumptions__parameters') }}
),

readings as (
    select parameter
    from {{ readings_of_assumptions() }} as readings (model, kind, parameter)
    where kind <> 'cited'
    group by parameter
)

select
    parameters.parameter,
    parameters.role,
    'read by no model' as fault,
from parameters
left join readings on parameters.parameter = readings.parameter
where
    parameters.role in ('driver', 'structure')
    and readings.parameter is null
