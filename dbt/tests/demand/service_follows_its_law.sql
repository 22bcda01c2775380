-- The load of a draw is the point of the pooled law, cut off at the bound, at which the draw's deviate
-- stands: the probability below it is that of the deviate times that of the bound. So a higher deviate
-- serves more wherever need and bound are the same.
with loads as (
    select
        loads.*,
        deviates.z,
        (ln(loads.load_served) - loads.log_need) / loads.structural_log_sd as z_served,
    from {{ ref('int_demand__loads') }} as loads
    inner join {{ ref('int_demand__structural_deviates') }} as deviates
        on
            loads.region_id = deviates.region_id
            and loads.quarter_start = deviates.quarter_start
            and loads.draw = deviates.draw
),

probabilities as (
    select
        *,
        {{ normal_distribution('z_served') }} as found,
        {{ normal_distribution('z') }} as own,
    from loads
)

select
    region_id,
    quarter_start,
    draw,
    found,
    own * probability_below_bound as expected,
from probabilities
where abs(found - greatest(own * probability_below_bound, 1e-12)) > 1e-6
