-- The two moments for which every claim is evaluated, one row each: the quarter of the interview and
-- the newest one. Before a quarter has ended after the interview the newest has no day.
with claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
)

select
    'then' as moment,
    then_quarter as quarter_start,
    then_end as quarter_end,
from claim_quarters

union all

select
    'latest' as moment,
    latest_quarter as quarter_start,
    latest_end as quarter_end,
from claim_quarters
