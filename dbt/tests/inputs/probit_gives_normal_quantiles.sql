-- Against tabulated quantiles of the standard normal distribution: both tails, the joints of the
-- branches and the middle. The approximation promises nine digits.
with table_values as (
    select *
    from (values
        (0.0001, -3.719016485455709),
        (0.02, -2.053748910631823),
        (0.05, -1.6448536269514722),
        (0.25, -0.6744897501960817),
        (0.5, 0.0),
        (0.841344746068543, 1.0),
        (0.95, 1.6448536269514722),
        (0.975, 1.959963984540054),
        (0.999, 3.090232306167813)
    ) as table_values (u, expected)
),

computed as (
    select
        u,
        expected,
        {{ probit('u') }} as z,
    from table_values
)

select *
from computed
where
    z is null
    or abs(z - expected) > 1e-8
