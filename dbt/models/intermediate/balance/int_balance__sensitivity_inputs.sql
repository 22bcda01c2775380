-- The inputs that the balance of all chips varies, by version and draw. The rows of one parameter
-- at several times are versions of one input, of which a quarter reads the newest that has begun.
-- Beside the assumptions stand the counted shipments of a chip (all of them so far, over owners)
-- and the final training runs of a region, whose errors are facts' and no assumption's.
with assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

assumption_draws as (
    select * from {{ ref('int_inputs__assumption_draws') }}
),

delivery_draws as (
    select * from {{ ref('int_shipments__delivery_draws') }}
),

run_series as (
    select * from {{ ref('int_demand__run_series') }}
),

-- Sections 2 to 12 of the method lead to the balance; 8 only to the part that is offered to others.
driving as (
    select
        assumption_id,
        region_id,
        coalesce(
            array_to_string(list_filter(string_split(family_key, '|'), part -> part <> ''), ':'),
            assumption_id
        ) as input,
        coalesce(valid_from, on_date) as valid_from,
    from assumptions
    where
        is_driver
        and not is_constant
        and len(list_filter(
            sections,
            section -> try_cast(regexp_extract(section, '^[0-9]+') as integer) between 2 and 12
            and section <> '8'
        )) > 0
),

chip_quarters as (
    select
        chip_id,
        quarter_start,
        draw,
        {{ exact_sum('units') }} as units,
    from delivery_draws
    where draw > 0
    group by chip_id, quarter_start, draw
),

chips_so_far as (
    select
        chip_id,
        quarter_start,
        draw,
        sum((units * 1000)::bigint) over (
            partition by chip_id, draw
            order by quarter_start
        )::double / 1000 as units,
    from chip_quarters
)

select
    driving.input,
    driving.assumption_id,
    driving.region_id,
    driving.valid_from,
    assumption_draws.draw,
    assumption_draws.value,
from driving
inner join assumption_draws on driving.assumption_id = assumption_draws.assumption_id
where assumption_draws.draw > 0

union all

select
    'shipments:' || chip_id as input,
    null as assumption_id,
    null as region_id,
    quarter_start as valid_from,
    draw,
    units as value,
from chips_so_far

union all

select
    'training_runs:' || region_id as input,
    null as assumption_id,
    region_id,
    quarter_start as valid_from,
    draw,
    {{ exact_sum('h100e', 6) }} as value,
from run_series
where draw > 0
group by region_id, quarter_start, draw
