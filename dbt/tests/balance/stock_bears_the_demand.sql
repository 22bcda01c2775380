-- Where the accounts of demand leave hardly any room below the stock, or draws counted by that room
-- would move the stock, demand and stock contradict each other and the row deserves a look. It is a
-- warning, because that is the model's honest answer and no fault of a build.
{{ config(severity='warn') }}

select
    region_id,
    quarter_start,
    bound_probability,
    stock_shift,
from {{ ref('int_demand__bound_checks') }}
where is_bound_strong
