-- The normal distribution function and its inverse undo each other, far into both tails.
with points as (
    select (range - 40) / 8.0::double as z from range(0, 81)
),

probabilities as (
    select
        z,
        {{ normal_distribution('z') }} as p,
    from points
)

select
    z,
    p,
    {{ probit('p') }} as found,
from probabilities
where abs(({{ probit('p') }}) - z) > 1e-5
