-- The fit of every assumption gives its own low, central and high value at the deviates of the 5,
-- 50 and 95 % points. A logit holds points off 0 and 1 by 0.0005, hence the tolerance of shares.
with points as (
    select
        *,
        unnest([-1.6448536269514722, 0, 1.6448536269514722]) as z,
        unnest([value_low, value_central, value_high]) as expected,
    from {{ ref('int_inputs__assumptions') }}
),

fitted as (
    select
        assumption_id,
        z,
        expected,
        fit_scale,
        {{ split_normal('z', 'value_low', 'value_central', 'value_high', 'fit_scale') }} as value,
    from points
)

select *
from fitted
where
    value is null
    or abs(value - expected) > case
        when fit_scale = 'logit' then 0.00051
        else 1e-9 * greatest(1, expected)
    end
