-- What was wanted over what was served, by region and quarter, on every draw. Where sellers and
-- buyers spoke of queues in a quarter, their statements decide, each by what a reading of that kind
-- is taken to mean; else the judgement of the year does, straight between the middles of years.
-- Statements enter here and nowhere else, and no price does.
with statements as (
    select * from {{ ref('stg_constraint_statements__constraint_statements') }}
    -- an owner's idle chips are no queue: they count as idle; a price belongs to the other side
    where channel not in ('owner_idle', 'price_move')
),

readings as (
    select
        reading,
        value_low,
        value_central,
        value_high,
        fit_scale,
    from {{ assumption_points('wanted_by_reading') }}
),

draws as (
    select * from {{ ref('int_inputs__draws') }}
),

quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

build as (
    select seed from {{ source('build', 'parameters') }}
),

-- one deviate for all readings: what a queue means is misjudged in one direction
uniforms as (
    select
        draws.draw,
        {{ uniform_deviate('build.seed', "'fam:wanted_by_reading'", 'draws.draw') }} as u,
    from draws
    cross join build
),

deviates as (
    select
        draw,
        case when draw = 0 then 0.0 else {{ probit('u') }} end as z,
    from uniforms
),

reading_values as (
    select
        readings.reading,
        deviates.draw,
        ln({{ split_normal(
            'deviates.z', 'readings.value_low', 'readings.value_central', 'readings.value_high',
            'readings.fit_scale'
        ) }}) as log_factor,
    from readings
    cross join deviates
),

stated as (
    select
        statements.region_id,
        statements.quarter_start,
        reading_values.draw,
        exp({{ exact_sum('reading_values.log_factor', 12) }} / count(*)) as wanted_factor,
        count(*) as statements,
    from statements
    inner join reading_values on statements.reading = reading_values.reading
    group by statements.region_id, statements.quarter_start, reading_values.draw
),

yearly_points as (
    select
        region_id as curve,
        (valid_from + interval 6 month)::date as on_date,
        draw,
        ln(value) as scaled,
    from {{ assumption_draws('wanted_factor') }}
),

yearly_days as (
    select
        regions.curve,
        quarters.quarter_start,
        quarters.mid_quarter_on as on_date,
    from (select curve from yearly_points group by curve) as regions
    cross join quarters
),

{{ place_between_points('yearly_points', 'yearly_days', 'places') }}

select
    yearly_days.curve as region_id,
    yearly_days.quarter_start,
    firsts.draw,
    -- what was served was wanted
    greatest(
        1,
        coalesce(
            stated.wanted_factor,
            exp(firsts.scaled + places.inside_weight * (seconds.scaled - firsts.scaled))
        )
    ) as wanted_factor,
    coalesce(stated.statements, 0) as statements,
from yearly_days
inner join places
    on
        yearly_days.curve = places.curve
        and yearly_days.on_date = places.on_date
inner join yearly_points as firsts
    on
        places.curve = firsts.curve
        and places.first_on = firsts.on_date
inner join yearly_points as seconds
    on
        places.curve = seconds.curve
        and places.second_on = seconds.on_date
        and firsts.draw = seconds.draw
left join stated
    on
        yearly_days.curve = stated.region_id
        and yearly_days.quarter_start = stated.quarter_start
        and firsts.draw = stated.draw
