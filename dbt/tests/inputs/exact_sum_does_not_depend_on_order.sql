-- Ten numbers whose plain sum differs by order in the last digits: 0.1 added ten times is not 1 in
-- doubles; as whole thousandths it is. Null adds nothing, nothing at all gives null.
with numbers as (
    select
        0.1 as value,
    from range(10)
    union all
    select null as value
)

select
    'ten tenths' as what,
    {{ exact_sum('value') }} as total,
from numbers
having total is distinct from 1

union all

select
    'six digits' as what,
    {{ exact_sum('value / 1000', 6) }} as total,
from numbers
having total is distinct from 0.001

union all

select
    'no rows' as what,
    {{ exact_sum('value') }} as total,
from numbers
where value > 1
having total is not null
