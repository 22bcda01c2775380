-- Behind a run of scarcity: all behind the premium of its peak, the premiums of its quarters, and
-- that of the quarter which ended it.
with episodes as (
    select * from {{ published('fct_scarcity_episode') }}
),

premiums as (
    select * from {{ published('fct_scarcity_premium') }}
),

premium_inputs as (
    select * from {{ published('brg_scarcity_premium') }}
)

select
    episodes.region_id,
    episodes.chip_id,
    episodes.began_quarter,
    'peak: ' || premium_inputs.step as step,
    premium_inputs.input_table,
    premium_inputs.input_key,
    premium_inputs.weight,
from episodes
inner join premium_inputs
    on
        episodes.region_id = premium_inputs.region_id
        and episodes.chip_id = premium_inputs.chip_id
        and episodes.peak_quarter = premium_inputs.quarter_start

union all

select
    episodes.region_id,
    episodes.chip_id,
    episodes.began_quarter,
    'premiums' as step,
    'fct_scarcity_premium' as input_table,
    {{ row_key({
        'quarter_start': 'premiums.quarter_start',
        'region_id': 'premiums.region_id',
        'chip_id': 'premiums.chip_id',
    }) }} as input_key,
    cast(null as double) as weight,
from episodes
inner join premiums
    on
        episodes.region_id = premiums.region_id
        and episodes.chip_id = premiums.chip_id
        and (
            premiums.quarter_start between episodes.began_quarter and episodes.last_quarter
            or premiums.quarter_start = episodes.returned_quarter
        )
